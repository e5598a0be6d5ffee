#include "io/files.h"

#include "support/expect_error.h"
#include "support/temp_folder.h"

namespace convoy {
namespace {

using Files = TempFolder;

TEST_F(Files, OutputAppearsWhenCommitted) {
  OutputFile file(path("y"));
  file.write("abc", 3);
  EXPECT_FALSE(std::filesystem::exists(path("y")));
  file.commit();
  EXPECT_EQ(read("y"), "abc");
  EXPECT_EQ(count(), 1u);
}

TEST_F(Files, AbandonedOutputLeavesTheOldFile) {
  write("y", "old");
  {
    OutputFile file(path("y"));
    file.write("new", 3);
  }
  EXPECT_EQ(read("y"), "old");
  EXPECT_EQ(count(), 1u);
}

TEST_F(Files, WritesThroughALink) {
  write("real", "old");
  std::filesystem::create_symlink(path("real"), path("link"));
  OutputFile file(path("link"));
  file.write("new", 3);
  file.commit();
  EXPECT_TRUE(std::filesystem::is_symlink(path("link")));
  EXPECT_EQ(read("real"), "new");
}

TEST_F(Files, DevicesStayDevices) {
  std::filesystem::create_symlink("/dev/null", path("null"));
  OutputFile file(path("null"));
  file.write("x", 1);
  file.commit();
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
}

TEST_F(Files, CheckWritableLeavesNothing) {
  check_writable(path("y"));
  EXPECT_EQ(count(), 0u);
  expect_invalid("No such file or directory", [&] { check_writable(path("none/y")); });
  expect_invalid("is a folder", [&] { check_writable(folder()); });
}

TEST_F(Files, SourceNamesWhatIsWrong) {
  expect_invalid("No such file", [&] { FileSource(path("none")); });
  expect_invalid("is a folder", [&] { FileSource{folder()}; });
  expect_invalid("not a regular file", [&] { FileSource("/dev/null"); });
  FileSource source(write("x", "abc"));
  char bytes[4];
  expect_invalid("truncated: 4 bytes are needed where 3 are left", [&] { source.read(bytes, 4); });
}

TEST(Extension, IsLowerCase) {
  EXPECT_EQ(extension("dir.d/Y.NPY"), ".npy");
  EXPECT_EQ(extension("dir.d/y"), "");
}

}  // namespace
}  // namespace convoy
