#include "codegen/executable_memory.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "support/expect_error.h"

namespace convoy {
namespace {

/// mov eax, NUMBER; ret
std::string returning(char number) {
  return {'\xb8', number, 0, 0, 0, '\xc3'};
}

int call(const std::byte* code) {
  return reinterpret_cast<int (*)()>(const_cast<std::byte*>(code))();
}

/// "r-xp": what the process may do at `address`; "" where nothing is mapped.
std::string permissions(const void* address) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    std::istringstream words(line);
    uintptr_t begin = 0, end = 0;
    std::string allowed;
    words >> std::hex >> begin;
    words.get();
    words >> end >> allowed;
    const auto at = reinterpret_cast<uintptr_t>(address);
    if (begin <= at && at < end) return allowed;
  }
  return "";
}

TEST(ExecutableMemory, RunsEveryImage) {
  const ExecutableMemory memory({returning(1), std::string(100, '\xc3'), returning(3)});
  ASSERT_EQ(memory.addresses().size(), 3u);
  EXPECT_EQ(call(memory.addresses()[0]), 1);
  EXPECT_EQ(call(memory.addresses()[2]), 3);
}

TEST(ExecutableMemory, ImagesLieAtMultiplesOf64Bytes) {
  const std::vector<std::string> images = {"a", std::string(64, 'b'), std::string(65, 'c'), "d"};
  const ExecutableMemory memory(images);
  for (size_t i = 0; i < images.size(); ++i) {
    const std::byte* at = memory.addresses()[i];
    EXPECT_EQ(reinterpret_cast<uintptr_t>(at) % 64, 0u) << i;
    EXPECT_EQ(std::memcmp(at, images[i].data(), images[i].size()), 0) << i;
  }
}

TEST(ExecutableMemory, IsNeverWritable) {
  const ExecutableMemory memory({returning(1), std::string(10000, '\xc3')});
  EXPECT_EQ(permissions(memory.addresses()[0]), "r-xp");
  EXPECT_EQ(permissions(memory.addresses()[1] + 9999), "r-xp");
}

TEST(ExecutableMemory, IsGivenBack) {
  const std::byte* address = nullptr;
  {
    const ExecutableMemory memory({returning(1)});
    address = memory.addresses()[0];
  }
  EXPECT_NE(permissions(address), "r-xp");
}

TEST(ExecutableMemory, OfNothing) {
  EXPECT_TRUE(ExecutableMemory({}).addresses().empty());
}

// What stays with a process until its end is tried in one of its own, which prints what came of it.

using testing::ExitedWithCode;

constexpr int kSetMdwe = 65, kGetMdwe = 66, kRefuseExecGain = 1;  // PR_SET_MDWE ..., since Linux 6.3

[[noreturn]] void use_on_a_hardened_system() {
  prctl(kSetMdwe, kRefuseExecGain, 0, 0, 0);
  try {
    const ExecutableMemory memory({returning(1)});
  } catch (const Error& error) {
    std::cerr << error.what();
    _exit(error.kind() == ErrorKind::unsupported ? 0 : 2);
  }
  _exit(1);
}

TEST(ExecutableMemoryDeathTest, SaysThatTheSystemRefuses) {
  if (prctl(kGetMdwe, 0, 0, 0, 0) < 0) GTEST_SKIP() << "this system cannot refuse executable memory";
  EXPECT_EXIT(use_on_a_hardened_system(), ExitedWithCode(0),
              "^this system does not let programs make code executable: Permission denied$");
}

/// Names two kernels and prints what perf would find then.
[[noreturn]] void print_perf_map() {
  describe_to_perf(reinterpret_cast<const std::byte*>(0x7f00), 32, "convoy_first");
  describe_to_perf(reinterpret_cast<const std::byte*>(0x7f40), 16, "convoy_second");
  const std::string path = "/tmp/perf-" + std::to_string(getpid()) + ".map";
  if (std::ifstream map(path); map) {
    std::cerr << map.rdbuf();
  } else {
    std::cerr << "no file";
  }
  std::filesystem::remove(path);
  _exit(0);
}

TEST(PerfMapDeathTest, IsWrittenWhenAskedFor) {
  setenv("CONVOY_PERF_MAP", "1", 1);
  EXPECT_EXIT(print_perf_map(), ExitedWithCode(0), "^7f00 20 convoy_first\n7f40 10 convoy_second\n$");
  unsetenv("CONVOY_PERF_MAP");
  EXPECT_EXIT(print_perf_map(), ExitedWithCode(0), "^no file$");
}

}  // namespace
}  // namespace convoy
