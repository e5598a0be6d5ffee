#include "frontends/onnx/element_types.h"

#include <iterator>
#include <optional>

#include "support/error.h"

namespace convoy::onnx_frontend {
namespace {

struct ElementType {
  const char* name;
  std::optional<DType> dtype;
};

/// Indexed by ONNX's number.
constexpr ElementType kElementTypes[] = {
    {"UNDEFINED", {}},
    {"FLOAT", DType::f32},
    {"UINT8", DType::u8},
    {"INT8", DType::i8},
    {"UINT16", DType::u16},
    {"INT16", DType::i16},
    {"INT32", DType::i32},
    {"INT64", DType::i64},
    {"STRING", {}},
    {"BOOL", DType::boolean},
    {"FLOAT16", DType::f16},
    {"DOUBLE", DType::f64},
    {"UINT32", DType::u32},
    {"UINT64", DType::u64},
    {"COMPLEX64", {}},
    {"COMPLEX128", {}},
    {"BFLOAT16", DType::bf16},
    {"FLOAT8E4M3FN", {}},
    {"FLOAT8E4M3FNUZ", {}},
    {"FLOAT8E5M2", {}},
    {"FLOAT8E5M2FNUZ", {}},
    {"UINT4", {}},
    {"INT4", {}},
    {"FLOAT4E2M1", {}},
    {"FLOAT8E8M0", {}},
    {"UINT2", {}},
    {"INT2", {}},
};

bool is_known(int onnx_type) {
  return onnx_type >= 0 && onnx_type < static_cast<int>(std::size(kElementTypes));
}

}  // namespace

DType element_type(int onnx_type) {
  if (onnx_type == 0) invalid_input("the element type is not given");
  if (is_known(onnx_type) && kElementTypes[onnx_type].dtype) return *kElementTypes[onnx_type].dtype;
  unsupported("element type {} is not supported", element_type_name(onnx_type));
}

std::string element_type_name(int onnx_type) {
  return is_known(onnx_type) ? kElementTypes[onnx_type].name : fmt::format("number {}", onnx_type);
}

}  // namespace convoy::onnx_frontend
