#include "frontends/onnx/model_proto.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/wire_format_lite.h>

#include <algorithm>
#include <limits>
#include <string_view>

#include "frontends/mapped_file.h"
#include "support/error.h"

namespace convoy::onnx_frontend {
namespace {

using google::protobuf::internal::WireFormatLite;

/// opset_import, without which operators have no meaning, came with IR version 3.
constexpr int64_t kOldestIrVersion = 3;

bool is_text_char(char c) {
  return (c >= ' ' && c != 0x7f) || c == '\t' || c == '\n' || c == '\r' || (c & 0x80);
}

/// A model is binary from its first bytes on.
bool looks_like_text(std::string_view bytes) {
  const std::string_view start = bytes.substr(0, 512);
  return std::all_of(start.begin(), start.end(), is_text_char);
}

/// Whether a field of the outermost message goes on behind the end, as in a file that was cut off.
bool is_truncated(std::string_view bytes) {
  google::protobuf::io::CodedInputStream stream(reinterpret_cast<const uint8_t*>(bytes.data()),
                                                static_cast<int>(bytes.size()));
  while (const uint32_t tag = stream.ReadTag()) {
    if (WireFormatLite::GetTagWireType(tag) == WireFormatLite::WIRETYPE_LENGTH_DELIMITED) {
      uint32_t length = 0;
      if (!stream.ReadVarint32(&length)) return true;
      if (length > bytes.size() - static_cast<size_t>(stream.CurrentPosition())) return true;
      stream.Skip(static_cast<int>(length));
    } else if (!WireFormatLite::SkipField(&stream, tag)) {
      return false;
    }
  }
  return false;
}

[[noreturn]] void refuse_unparsed(std::string_view bytes) {
  constexpr std::string_view kLfsPointer = "version https://git-lfs";
  if (bytes.starts_with(kLfsPointer)) invalid_input("is a Git LFS pointer; `git lfs pull` gets the model itself");
  if (looks_like_text(bytes)) invalid_input("is a text file, not an ONNX model");
  if (is_truncated(bytes)) invalid_input("is truncated (it ends after {} bytes), or not an ONNX model", bytes.size());
  invalid_input("is not an ONNX model, or damaged");
}

void check_size(size_t bytes) {
  if (bytes == 0) invalid_input("the file is empty");
  if (bytes > static_cast<size_t>(std::numeric_limits<int>::max())) {
    invalid_input(
        "the file has {} bytes, more than the 2 GiB that ONNX's format can hold; save the model with "
        "external data instead",
        bytes);
  }
}

void check_versions(const onnx::ModelProto& model) {
  if (model.ir_version() < kOldestIrVersion) {
    unsupported("IR version {} is too old, version {} and later are read", model.ir_version(), kOldestIrVersion);
  }
  for (const onnx::OperatorSetIdProto& opset : model.opset_import()) {
    if (is_standard_domain(opset.domain()) && opset.version() < kOldestOpset) {
      unsupported("opset {} is too old, opset {} and later are read; onnx.version_converter can convert the model",
                  opset.version(), kOldestOpset);
    }
  }
}

/// Reads a file and lets go of the pages behind: weights are in the message by then.
class FileStream : public google::protobuf::io::ZeroCopyInputStream {
 public:
  explicit FileStream(const MappedFile& file)
      : file_(file), blocks_(file.data(), static_cast<int>(file.bytes()), kBlock) {}

  bool Next(const void** data, int* size) override {
    file_.forget(static_cast<size_t>(blocks_.ByteCount()));
    return blocks_.Next(data, size);
  }
  void BackUp(int count) override { blocks_.BackUp(count); }
  bool Skip(int count) override { return blocks_.Skip(count); }
  int64_t ByteCount() const override { return blocks_.ByteCount(); }

 private:
  static constexpr int kBlock = 1 << 20;

  const MappedFile& file_;
  google::protobuf::io::ArrayInputStream blocks_;
};

/// `view`: the same bytes, to say what they are when they are no model.
std::shared_ptr<onnx::ModelProto> parse_stream(google::protobuf::io::ZeroCopyInputStream& stream,
                                               std::string_view view) {
  auto model = std::make_shared<onnx::ModelProto>();
  if (!model->ParseFromZeroCopyStream(&stream)) refuse_unparsed(view);
  // Other files parse by chance: text, and protocol buffers of other kinds.
  if (!model->has_ir_version()) refuse_unparsed(view);
  check_versions(*model);
  if (!model->has_graph()) invalid_input("the model has no graph");
  return model;
}

}  // namespace

std::shared_ptr<onnx::ModelProto> parse_model(const void* data, size_t bytes) {
  check_size(bytes);
  google::protobuf::io::ArrayInputStream stream(data, static_cast<int>(bytes));
  return parse_stream(stream, {static_cast<const char*>(data), bytes});
}

std::shared_ptr<onnx::ModelProto> parse_model(const MappedFile& file) {
  check_size(file.bytes());
  FileStream stream(file);
  return parse_stream(stream, {file.data(), file.bytes()});
}

int64_t opset_of(const onnx::ModelProto& model, const std::string& domain) {
  for (const onnx::OperatorSetIdProto& opset : model.opset_import()) {
    if (opset.domain() == domain) return opset.version();
    if (is_standard_domain(opset.domain()) && is_standard_domain(domain)) return opset.version();
  }
  invalid_input("the model uses operators of domain '{}', but its opset_import has no version of it",
                domain.empty() ? "ai.onnx" : domain);
}

}  // namespace convoy::onnx_frontend
