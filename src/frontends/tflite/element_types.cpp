#include "frontends/tflite/element_types.h"

#include "support/error.h"

namespace convoy::tflite_frontend {

std::optional<DType> find_element_type(tflite::TensorType type) {
  using tflite::TensorType;
  switch (type) {
    case TensorType::FLOAT32:
      return DType::f32;
    case TensorType::FLOAT16:
      return DType::f16;
    case TensorType::BFLOAT16:
      return DType::bf16;
    case TensorType::FLOAT64:
      return DType::f64;
    case TensorType::INT8:
      return DType::i8;
    case TensorType::UINT8:
      return DType::u8;
    case TensorType::INT16:
      return DType::i16;
    case TensorType::UINT16:
      return DType::u16;
    case TensorType::INT32:
      return DType::i32;
    case TensorType::UINT32:
      return DType::u32;
    case TensorType::INT64:
      return DType::i64;
    case TensorType::UINT64:
      return DType::u64;
    case TensorType::BOOL:
      return DType::boolean;
    default:
      return {};
  }
}

DType element_type(tflite::TensorType type) {
  if (const auto dtype = find_element_type(type)) return *dtype;
  unsupported("element type {} is not supported", element_type_name(type));
}

std::string element_type_name(tflite::TensorType type) {
  const std::string name = tflite::EnumNameTensorType(type);
  return name.empty() ? fmt::format("number {}", static_cast<int>(type)) : name;
}

}  // namespace convoy::tflite_frontend
