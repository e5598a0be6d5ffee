// Files that hold no model, or one of a version that is not read.
#include <gtest/gtest.h>

#include <filesystem>

#include "frontends/onnx/import.h"
#include "frontends/onnx/model_proto.h"
#include "model_builder.h"
#include "support/expect_error.h"
#include "support/temp_folder.h"

namespace convoy::onnx_frontend {
namespace {

class OnnxFiles : public TempFolder {
 protected:
  void expect_refused(const std::string& content, const std::string& reason) {
    const std::string file = write("model.onnx", content);
    expect_invalid(file + ": " + reason, [&] { import_file(file); });
  }
};

TEST_F(OnnxFiles, ReadsAModel) {
  EXPECT_EQ(import_file(write("model.onnx", relu_model().bytes())).nodes.size(), 1u);
}

TEST_F(OnnxFiles, MissingFile) {
  expect_invalid("no/such.onnx: the file does not exist", [] { import_file("no/such.onnx"); });
}

TEST_F(OnnxFiles, Folder) {
  expect_invalid("is a folder", [&] { import_file(folder()); });
}

TEST_F(OnnxFiles, EmptyFile) {
  expect_refused("", "the file is empty");
}

TEST_F(OnnxFiles, TextFile) {
  expect_refused("<!DOCTYPE html>\n<html><body>404 Not Found</body></html>\n", "is a text file");
  expect_refused("{\"irVersion\": \"8\"}", "is a text file");
}

TEST_F(OnnxFiles, GitLfsPointer) {
  expect_refused("version https://git-lfs.github.com/spec/v1\noid sha256:12\nsize 102442450\n", "is a Git LFS pointer");
}

TEST_F(OnnxFiles, TruncatedFile) {
  const std::string bytes = relu_model().bytes();
  expect_refused(bytes.substr(0, bytes.size() - 12), "is truncated");
}

TEST_F(OnnxFiles, OtherBinaryFile) {
  expect_refused(std::string("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16), "is not an ONNX model");
  expect_refused(std::string(64, '\0'), "is not an ONNX model");
}

TEST_F(OnnxFiles, MoreThan2GiB) {
  const std::string file = write("model.onnx", "x");
  std::filesystem::resize_file(file, uintmax_t{1} << 31);  // sparse: takes no space
  expect_invalid("more than the 2 GiB", [&] { import_file(file); });
}

TEST_F(OnnxFiles, OldIrVersion) {
  TestModel model = relu_model();
  model.proto().set_ir_version(2);
  expect_error(ErrorKind::unsupported, "test.onnx: IR version 2 is too old", [&] { model.import(); });
}

TEST_F(OnnxFiles, OldOpset) {
  TestModel model = relu_model();
  model.proto().mutable_opset_import(0)->set_version(5);
  expect_error(ErrorKind::unsupported, "opset 5 is too old", [&] { model.import(); });
}

TEST_F(OnnxFiles, NewerVersionsAreRead) {
  TestModel model = relu_model();
  model.proto().set_ir_version(14);
  model.proto().mutable_opset_import(0)->set_version(40);
  EXPECT_EQ(model.import().nodes.size(), 1u);
}

TEST_F(OnnxFiles, NoOpset) {
  TestModel model = relu_model();
  model.proto().clear_opset_import();
  expect_invalid("its opset_import has no version of it", [&] { model.import(); });
}

TEST_F(OnnxFiles, NoGraph) {
  TestModel model;
  model.proto().clear_graph();
  expect_invalid("the model has no graph", [&] { model.import(); });
}

}  // namespace
}  // namespace convoy::onnx_frontend
