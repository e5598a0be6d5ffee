#include "runtime/compile.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "runtime/cache_dir.h"
#include "runtime/cpu.h"
#include "support/error.h"

namespace convoy {
namespace {

std::string target_error(const CompileOptions& options) {
  try {
    make_target(options);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    return error.what();
  }
  return "";
}

TEST(MakeTarget, DefaultsToThisMachine) {
  const Target target = make_target({});
  EXPECT_EQ(target.threads, default_thread_count());
  EXPECT_EQ(target.isa.name, host_isa().name);
  EXPECT_EQ(make_target({.threads = 5}).threads, 5);
}

TEST(MakeTarget, RefusesWhatItCannotDo) {
  EXPECT_EQ(target_error({.threads = -1}), "-1 threads: expected 1 to 1024, or 0 for as many as there are cores");
  EXPECT_NE(target_error({.threads = 1025}), "");
  EXPECT_NE(target_error({.isa = "mmx"}).find(host_isa().name), std::string::npos) << "lists what there is";
}

TEST(Compile, ErrorNamesTheFile) {
  const auto program = compile("/nowhere/network.onnx");
  ASSERT_FALSE(program.ok());
  EXPECT_EQ(program.status().kind(), ErrorKind::invalid_input);
  EXPECT_NE(program.status().message().find("/nowhere/network.onnx"), std::string::npos);
}

TEST(Compile, RefusesBytesThatAreNoModel) {
  const char bytes[] = "this is not a model";
  const auto program = compile(bytes, sizeof(bytes));
  ASSERT_FALSE(program.ok());
  EXPECT_EQ(program.status().kind(), ErrorKind::invalid_input);
}

class CacheDir : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"CONVOY_CACHE_DIR", "XDG_CACHE_HOME"}) unsetenv(name);
    setenv("HOME", "home/me", 1);
  }
};

TEST_F(CacheDir, OptionsGoBeforeEnvironment) {
  EXPECT_EQ(cache_dir_of({}), "home/me/.cache/convoy");
  setenv("XDG_CACHE_HOME", "/caches", 1);
  EXPECT_EQ(cache_dir_of({}), "/caches/convoy");
  setenv("CONVOY_CACHE_DIR", "/mine", 1);
  EXPECT_EQ(cache_dir_of({}), "/mine");
  EXPECT_EQ(cache_dir_of({.cache_dir = "/given"}), "/given");
  EXPECT_EQ(cache_dir_of({.cache_dir = "/given", .use_cache = false}), "");
}

TEST_F(CacheDir, NoHomeNoCache) {
  setenv("XDG_CACHE_HOME", "relative/paths/are/ignored", 1);
  unsetenv("HOME");
  EXPECT_EQ(cache_dir_of({}), "");
}

}  // namespace
}  // namespace convoy
