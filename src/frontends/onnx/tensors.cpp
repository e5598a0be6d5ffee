#include "frontends/onnx/tensors.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>

#include "frontends/mapped_file.h"
#include "frontends/onnx/element_types.h"
#include "frontends/tensor_data.h"
#include "support/error.h"

namespace convoy::onnx_frontend {
namespace {

/// Copies typed data of another width: FLOAT16 in int32_data, UINT32 in uint64_data.
template <class To, class From>
Tensor narrowed(const google::protobuf::RepeatedField<From>& data, const TensorType& type) {
  Tensor tensor(type);
  std::transform(data.begin(), data.end(), tensor.as<To>(), [](From value) { return static_cast<To>(value); });
  return tensor;
}

void expect_count(int64_t count, const TensorType& type) {
  if (count == type.shape.elems()) return;
  if (count == 0) invalid_input("{} has no data", type.str());
  invalid_input("{} needs {} elements, its data has {}", type.str(), type.shape.elems(), count);
}

void expect_bytes(uint64_t bytes, const TensorType& type) {
  if (bytes == static_cast<uint64_t>(type.bytes())) return;
  invalid_input("{} needs {} bytes, its data has {}", type.str(), type.bytes(), bytes);
}

TensorType type_of(const onnx::TensorProto& proto) {
  TensorType type{element_type(proto.data_type()), Shape({proto.dims().begin(), proto.dims().end()})};
  for (int64_t dim : type.shape) {
    if (dim < 0) invalid_input("its dimension {} is negative", dim);
  }
  // Refuses a product that overflows. Sizes below that are compared with the data before any allocation.
  constexpr int64_t kMaxElems = int64_t{1} << 56;
  if (type.shape.elems() > kMaxElems) invalid_input("{} has more than 2^56 elements", type.str());
  return type;
}

uint64_t parse_number(const std::string& key, const std::string& text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    invalid_input("the {} '{}' of its external data is not a number", key, text);
  }
  return value;
}

struct ExternalData {
  std::string location;
  uint64_t offset = 0;
  std::optional<uint64_t> length;
};

ExternalData external_data(const onnx::TensorProto& proto) {
  ExternalData external;
  for (const onnx::StringStringEntryProto& entry : proto.external_data()) {
    if (entry.key() == "location") external.location = entry.value();
    if (entry.key() == "offset") external.offset = parse_number("offset", entry.value());
    if (entry.key() == "length") external.length = parse_number("length", entry.value());
  }
  return external;
}

/// A model from elsewhere must not make Convoy read files outside of its folder.
void check_location(const std::string& location) {
  const std::filesystem::path path(location);
  if (location.empty()) invalid_input("its external data has no location");
  if (location.find('\0') != std::string::npos) invalid_input("the location of its external data has a zero byte");
  if (path.is_absolute()) invalid_input("its external data '{}' is an absolute path", location);
  if (std::find(path.begin(), path.end(), "..") != path.end()) {
    invalid_input("its external data '{}' lies outside of the model's folder", location);
  }
}

/// Of data within the proto, which `owner` keeps.
Tensor inline_tensor(const onnx::TensorProto& proto, const TensorType& type, const std::shared_ptr<const void>& owner) {
  if (!proto.raw_data().empty()) {
    expect_bytes(proto.raw_data().size(), type);
    return tensor_over(proto.raw_data().data(), type, owner);
  }
  const auto same_width = [&](const auto& data) {
    expect_count(data.size(), type);
    return tensor_over(data.data(), type, owner);
  };
  const auto int32_data = [&]<class T>(T) {
    expect_count(proto.int32_data_size(), type);
    return narrowed<T>(proto.int32_data(), type);
  };
  switch (type.dtype) {
    case DType::f32:
      return same_width(proto.float_data());
    case DType::f64:
      return same_width(proto.double_data());
    case DType::i32:
      return same_width(proto.int32_data());
    case DType::i64:
      return same_width(proto.int64_data());
    case DType::u64:
      return same_width(proto.uint64_data());
    case DType::u32:
      expect_count(proto.uint64_data_size(), type);
      return narrowed<uint32_t>(proto.uint64_data(), type);
    case DType::i8:
      return int32_data(int8_t{});
    case DType::i16:
      return int32_data(int16_t{});
    case DType::u8:
      return int32_data(uint8_t{});
    case DType::u16:
    case DType::f16:
    case DType::bf16:
      return int32_data(uint16_t{});
    case DType::boolean:
      return int32_data(bool{});
  }
  internal_error("dtype {}", static_cast<int>(type.dtype));
}

}  // namespace

TensorReader::TensorReader(std::shared_ptr<const void> model, const std::string& model_path)
    : model_(std::move(model)), folder_(std::filesystem::path(model_path).parent_path().string()) {}

Tensor TensorReader::read(const onnx::TensorProto& proto, const std::string& name) const {
  return read(proto, name, model_);
}

Tensor TensorReader::take(onnx::TensorProto& proto) const {
  const auto taken = std::make_shared<onnx::TensorProto>();
  taken->Swap(&proto);
  proto.set_name(taken->name());
  return read(*taken, taken->name(), taken);
}

Tensor TensorReader::read(const onnx::TensorProto& proto, const std::string& name, const Owner& owner) const {
  return with_context(fmt::format("tensor '{}'", name), [&] {
    const TensorType type = type_of(proto);
    if (proto.has_segment()) unsupported("tensors in segments are not supported");
    if (proto.data_location() == onnx::TensorProto::EXTERNAL) return external_tensor(proto, type);
    return inline_tensor(proto, type, owner);
  });
}

Tensor TensorReader::external_tensor(const onnx::TensorProto& proto, const TensorType& type) const {
  const ExternalData external = external_data(proto);
  if (external.length) expect_bytes(*external.length, type);
  const std::shared_ptr<const MappedFile>& file = open_external(external.location);
  const auto bytes = static_cast<uint64_t>(type.bytes());
  if (external.offset > file->bytes() || bytes > file->bytes() - external.offset) {
    invalid_input("{} needs {} bytes at offset {} of its external data '{}', which has {}", type.str(), bytes,
                  external.offset, external.location, file->bytes());
  }
  return tensor_over(file->data() + external.offset, type, file);
}

const std::shared_ptr<const MappedFile>& TensorReader::open_external(const std::string& location) const {
  auto found = external_files_.find(location);
  if (found != external_files_.end()) return found->second;
  check_location(location);
  const std::string path = (std::filesystem::path(folder_) / location).string();
  return with_context(
      fmt::format("its external data '{}'", path), [&]() -> const auto& {
        return external_files_.emplace(location, MappedFile::open(path)).first->second;
      });
}

}  // namespace convoy::onnx_frontend
