#include "codegen/llvm/link_image.h"

#include <llvm/BinaryFormat/ELF.h>
#include <llvm/Object/ELFObjectFile.h>

#include <algorithm>
#include <cstring>
#include <map>

#include "codegen/llvm/pch.h"
#include "support/error.h"

namespace convoy {

namespace {

using llvm::object::ELF64LEObjectFile;
using llvm::object::ELFSectionRef;
using llvm::object::ELFSymbolRef;
using llvm::object::RelocationRef;
using llvm::object::SectionRef;

template <class T>
T value_of(llvm::Expected<T> expected) {
  if (!expected) internal_error("LLVM: {}", llvm::toString(expected.takeError()));
  return std::move(*expected);
}

class ImageLinker {
 public:
  explicit ImageLinker(const ELF64LEObjectFile& object) : object_(object) {}

  std::string link(const std::string& symbol) {
    const SectionRef code = section_of_function(symbol);
    place(code);
    for (const SectionRef& section : object_.sections()) {
      if (section != code && is_needed(section)) place(section);
    }
    for (const SectionRef& section : object_.sections()) relocate(section);
    return std::move(image_);
  }

 private:
  SectionRef section_of_function(const std::string& symbol) const {
    for (const ELFSymbolRef& candidate : object_.symbols()) {
      // The module's name, a symbol too, may be the same.
      if (candidate.getELFType() != llvm::ELF::STT_FUNC || value_of(candidate.getName()) != symbol) continue;
      if (value_of(candidate.getValue()) != 0) internal_error("'{}' is not the first function of its section", symbol);
      return *value_of(candidate.getSection());
    }
    internal_error("the object does not define '{}'", symbol);
  }

  /// Code and constants; unwind tables are not: kernels do not throw.
  static bool is_needed(const ELFSectionRef& section) {
    return (section.getFlags() & llvm::ELF::SHF_ALLOC) && section.getSize() > 0 &&
           value_of(section.getName()) != ".eh_frame";
  }

  void place(const SectionRef& section) {
    const uint64_t alignment = std::max<uint64_t>(section.getAlignment().value(), 1);
    const uint64_t offset = (image_.size() + alignment - 1) / alignment * alignment;
    image_.resize(offset);
    if (section.isBSS()) internal_error("a kernel has variables");
    image_ += value_of(section.getContents());
    offsets_[section.getIndex()] = offset;
  }

  /// The relocations that `relocations` (.rela.text) holds for the section they apply to.
  void relocate(const SectionRef& relocations) {
    const auto target = value_of(relocations.getRelocatedSection());
    if (target == object_.section_end() || !offsets_.contains(target->getIndex())) return;
    const uint64_t base = offsets_.at(target->getIndex());
    for (const RelocationRef& relocation : relocations.relocations()) {
      apply(relocation, base + relocation.getOffset());
    }
  }

  void apply(const RelocationRef& relocation, uint64_t place) {
    const uint64_t type = relocation.getType();
    if (type != llvm::ELF::R_X86_64_PC32 && type != llvm::ELF::R_X86_64_PLT32) {
      internal_error("a kernel has a relocation of type {}", type);
    }
    const int64_t addend = value_of(llvm::object::ELFRelocationRef(relocation).getAddend());
    const int64_t distance =
        static_cast<int64_t>(address_of(*relocation.getSymbol())) + addend - static_cast<int64_t>(place);
    const auto field = static_cast<int32_t>(distance);
    std::memcpy(image_.data() + place, &field, sizeof field);
  }

  uint64_t address_of(const ELFSymbolRef& symbol) const {
    const auto section = value_of(symbol.getSection());
    if (section == object_.section_end() || !offsets_.contains(section->getIndex())) {
      internal_error("a kernel refers to '{}', which it does not define", value_of(symbol.getName()).str());
    }
    return offsets_.at(section->getIndex()) + value_of(symbol.getValue());
  }

  const ELF64LEObjectFile& object_;
  std::string image_;
  std::map<uint64_t, uint64_t> offsets_;  ///< of each placed section in the image, by section index
};

}  // namespace

std::string link_image(std::string_view object, const std::string& symbol) {
  const llvm::MemoryBufferRef buffer(llvm::StringRef(object.data(), object.size()), "kernel");
  const auto file = value_of(ELF64LEObjectFile::create(buffer));
  return ImageLinker(file).link(symbol);
}

}  // namespace convoy
