// Files that hold no model, or one of a version that is not read.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "frontends/onnx/import.h"
#include "frontends/onnx/model_proto.h"
#include "model_builder.h"
#include "support/expect_error.h"

namespace convoy::onnx_frontend {
namespace {

namespace fs = std::filesystem;

/// A file in a folder of its own, removed with it.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& content) {
    std::string pattern = (fs::temp_directory_path() / "convoy_XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    path_ = (folder_ / "model.onnx").string();
    std::ofstream(path_, std::ios::binary) << content;
  }
  ~TemporaryFile() { fs::remove_all(folder_); }

  const std::string& path() const { return path_; }
  std::string folder() const { return folder_.string(); }

 private:
  fs::path folder_;
  std::string path_;
};

void expect_refused(const std::string& content, const std::string& reason) {
  const TemporaryFile file(content);
  expect_invalid(file.path() + ": " + reason, [&] { import_file(file.path()); });
}

TEST(OnnxFiles, ReadsAModel) {
  const TemporaryFile file(relu_model().bytes());
  EXPECT_EQ(import_file(file.path()).nodes.size(), 1u);
}

TEST(OnnxFiles, MissingFile) {
  expect_invalid("no/such.onnx: the file does not exist", [] { import_file("no/such.onnx"); });
}

TEST(OnnxFiles, Folder) {
  const TemporaryFile file("");
  expect_invalid("is a folder", [&] { import_file(file.folder()); });
}

TEST(OnnxFiles, EmptyFile) {
  expect_refused("", "the file is empty");
}

TEST(OnnxFiles, TextFile) {
  expect_refused("<!DOCTYPE html>\n<html><body>404 Not Found</body></html>\n", "is a text file");
  expect_refused("{\"irVersion\": \"8\"}", "is a text file");
}

TEST(OnnxFiles, GitLfsPointer) {
  expect_refused("version https://git-lfs.github.com/spec/v1\noid sha256:12\nsize 102442450\n", "is a Git LFS pointer");
}

TEST(OnnxFiles, TruncatedFile) {
  const std::string bytes = relu_model().bytes();
  expect_refused(bytes.substr(0, bytes.size() - 12), "is truncated");
}

TEST(OnnxFiles, OtherBinaryFile) {
  expect_refused(std::string("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16), "is not an ONNX model");
  expect_refused(std::string(64, '\0'), "is not an ONNX model");
}

TEST(OnnxFiles, MoreThan2GiB) {
  const TemporaryFile file("x");
  fs::resize_file(file.path(), uintmax_t{1} << 31);  // sparse: takes no space
  expect_invalid("more than the 2 GiB", [&] { import_file(file.path()); });
}

TEST(OnnxFiles, OldIrVersion) {
  TestModel model = relu_model();
  model.proto().set_ir_version(2);
  expect_error(ErrorKind::unsupported, "test.onnx: IR version 2 is too old", [&] { model.import(); });
}

TEST(OnnxFiles, OldOpset) {
  TestModel model = relu_model();
  model.proto().mutable_opset_import(0)->set_version(5);
  expect_error(ErrorKind::unsupported, "opset 5 is too old", [&] { model.import(); });
}

TEST(OnnxFiles, NewerVersionsAreRead) {
  TestModel model = relu_model();
  model.proto().set_ir_version(14);
  model.proto().mutable_opset_import(0)->set_version(40);
  EXPECT_EQ(model.import().nodes.size(), 1u);
}

TEST(OnnxFiles, NoOpset) {
  TestModel model = relu_model();
  model.proto().clear_opset_import();
  expect_invalid("its opset_import has no version of it", [&] { model.import(); });
}

TEST(OnnxFiles, NoGraph) {
  TestModel model;
  model.proto().clear_graph();
  expect_invalid("the model has no graph", [&] { model.import(); });
}

}  // namespace
}  // namespace convoy::onnx_frontend
