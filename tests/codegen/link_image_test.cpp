// Objects to images: what is laid out where, which references are resolved, and what is refused.
#include "codegen/llvm/link_image.h"

#include <gtest/gtest.h>

#include <cstring>

#include "codegen/elf_object.h"
#include "codegen/executable_memory.h"
#include "support/expect_error.h"

namespace convoy {
namespace {

constexpr uint64_t kCode = SHF_ALLOC | SHF_EXECINSTR;

/// mov eax, [rip + ?]; ret
const std::string kLoadAndReturn("\x8b\x05\0\0\0\0\xc3", 7);
/// call ?; inc eax; ret
const std::string kCallAndAddOne("\xe8\0\0\0\0\xff\xc0\xc3", 8);
/// mov eax, 42; ret
const std::string kReturn42("\xb8\x2a\0\0\0\xc3", 6);

std::string words(const std::vector<int32_t>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * 4};
}

int run(const std::string& image) {
  const ExecutableMemory memory({image});
  return reinterpret_cast<int (*)()>(memory.addresses()[0])();
}

/// An object whose one function `f` does `code`.
struct Function {
  explicit Function(const std::string& code) : text(object.section({.name = ".text", .bytes = code, .flags = kCode})) {
    object.function("f", text);
  }
  std::string link() const { return link_image(object.bytes(), "f"); }

  ElfObject object;
  int text;
};

TEST(LinkImage, CodeAlone) {
  EXPECT_EQ(Function(kReturn42).link(), kReturn42);
}

TEST(LinkImage, ConstantsAreReachedFromTheCode) {
  Function f(kLoadAndReturn);
  const int data = f.object.section({.name = ".rodata", .bytes = words({7, 8, 9}), .alignment = 32});
  f.object.relocation(f.text, 2, R_X86_64_PC32, f.object.symbol("nine", data, 8), -4);
  const std::string image = f.link();
  EXPECT_EQ(image.substr(32), words({7, 8, 9})) << "aligned as the object asks";
  EXPECT_EQ(run(image), 9);
}

TEST(LinkImage, AnAddendLeadsBeyondTheSymbol) {
  Function f(kLoadAndReturn);
  const int data = f.object.section({.name = ".rodata", .bytes = words({7, 8, 9})});
  f.object.relocation(f.text, 2, R_X86_64_PC32, f.object.symbol("constants", data), 4 - 4);
  EXPECT_EQ(run(f.link()), 8);
}

TEST(LinkImage, CodeCallsOtherCode) {
  Function f(kCallAndAddOne);
  const int helper = f.object.section({.name = ".text.helper", .bytes = kReturn42, .flags = kCode, .alignment = 16});
  f.object.relocation(f.text, 1, R_X86_64_PLT32, f.object.function("helper", helper), -4);
  EXPECT_EQ(run(f.link()), 43);
}

TEST(LinkImage, TheFunctionComesFirst) {
  ElfObject object;
  const int data = object.section({.name = ".rodata", .bytes = words({5})});
  const int other = object.section({.name = ".text.other", .bytes = kReturn42, .flags = kCode});
  const int text = object.section({.name = ".text", .bytes = kLoadAndReturn, .flags = kCode});
  object.function("g", other);
  object.function("f", text);
  object.relocation(text, 2, R_X86_64_PC32, object.symbol("five", data), -4);
  const std::string image = link_image(object.bytes(), "f");
  EXPECT_EQ(image[0], kLoadAndReturn[0]);
  EXPECT_EQ(run(image), 5);
}

TEST(LinkImage, TheModuleMayHaveTheSameName) {
  ElfObject object;
  object.symbol("f", SHN_ABS, 0, STT_FILE);
  object.function("f", object.section({.name = ".text", .bytes = kReturn42, .flags = kCode}));
  EXPECT_EQ(link_image(object.bytes(), "f"), kReturn42);
}

TEST(LinkImage, UnwindTablesAndNotesAreLeftOut) {
  Function f(kReturn42);
  const int frames = f.object.section({.name = ".eh_frame", .bytes = words({1, 2, 3})});
  f.object.relocation(frames, 0, R_X86_64_64, 1, 0);
  f.object.section({.name = ".comment", .bytes = "made by hand", .flags = 0});
  EXPECT_EQ(f.link(), kReturn42);
}

void expect_internal(const std::string& reason, const Function& function) {
  expect_error(ErrorKind::internal, reason, [&] { function.link(); });
}

TEST(LinkImage, RefusesWhatIsNotInTheObject) {
  Function f(kCallAndAddOne);
  f.object.relocation(f.text, 1, R_X86_64_PLT32, f.object.symbol("memcpy", SHN_UNDEF, 0, STT_NOTYPE), -4);
  expect_internal("refers to 'memcpy', which it does not define", f);
}

TEST(LinkImage, RefusesReferencesToWhatIsLeftOut) {
  Function f(kLoadAndReturn);
  const int note = f.object.section({.name = ".comment", .bytes = words({1}), .flags = 0});
  f.object.relocation(f.text, 2, R_X86_64_PC32, f.object.symbol("note", note), -4);
  expect_internal("refers to 'note', which it does not define", f);
}

/// An image may lie anywhere: an absolute address in it would be wrong.
TEST(LinkImage, RefusesAbsoluteAddresses) {
  for (const uint32_t type : {R_X86_64_64, R_X86_64_32S, R_X86_64_GOTPCREL}) {
    Function f(std::string(16, '\x90'));
    f.object.relocation(f.text, 0, type, f.object.symbol("here", f.text), 0);
    expect_internal("a relocation of type " + std::to_string(type), f);
  }
}

TEST(LinkImage, RefusesVariables) {
  Function f(kReturn42);
  f.object.section({.name = ".bss", .bytes = "1234", .flags = SHF_ALLOC | SHF_WRITE, .type = SHT_NOBITS});
  expect_internal("a kernel has variables", f);
}

TEST(LinkImage, RefusesObjectsWithoutTheFunction) {
  const Function f(kReturn42);
  expect_error(ErrorKind::internal, "the object does not define 'g'", [&] { link_image(f.object.bytes(), "g"); });
  ElfObject behind;
  behind.function("f", behind.section({.name = ".text", .bytes = "\x90" + kReturn42, .flags = kCode}), 1);
  expect_error(ErrorKind::internal, "'f' is not the first function of its section",
               [&] { link_image(behind.bytes(), "f"); });
}

TEST(LinkImage, RefusesWhatIsNoObject) {
  expect_error(ErrorKind::internal, "LLVM: ", [] { link_image("", "f"); });
  expect_error(ErrorKind::internal, "LLVM: ", [] { link_image(std::string(200, 'x'), "f"); });
}

}  // namespace
}  // namespace convoy
