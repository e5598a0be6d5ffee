#include "frontends/onnx/input_types.h"

#include <optional>

#include "frontends/onnx/element_types.h"
#include "support/error.h"

namespace convoy::onnx_frontend {
namespace {

/// Paddle writes these for dimensions that have nothing to do with each other.
bool is_symbol(const std::string& name) {
  return name != "?" && name != "-1" && name != "None";
}

InputDim declared_dim(const onnx::TensorShapeProto::Dimension& proto) {
  // Exporters write -1, and some 0, for a dimension that is not known.
  if (proto.has_dim_value() && proto.dim_value() >= 0) return {proto.dim_value(), ""};
  return {std::nullopt, is_symbol(proto.dim_param()) ? proto.dim_param() : ""};
}

const char* kind_of(const onnx::TypeProto& type) {
  switch (type.value_case()) {
    case onnx::TypeProto::kSequenceType:
      return "a sequence";
    case onnx::TypeProto::kOptionalType:
      return "an optional value";
    case onnx::TypeProto::kMapType:
      return "a map";
    case onnx::TypeProto::kSparseTensorType:
      return "a sparse tensor";
    default:
      return "of no known type";
  }
}

InputDeclaration declared(const onnx::ValueInfoProto& proto) {
  return with_context(fmt::format("input '{}'", proto.name()), [&] {
    if (!proto.type().has_tensor_type()) unsupported("is {}, only tensors are supported", kind_of(proto.type()));
    const onnx::TypeProto::Tensor& tensor = proto.type().tensor_type();
    InputDeclaration input{proto.name(), element_type(tensor.elem_type()), std::nullopt};
    if (!tensor.has_shape()) return input;
    input.dims.emplace();
    for (const auto& dim : tensor.shape().dim()) input.dims->push_back(declared_dim(dim));
    return input;
  });
}

}  // namespace

std::vector<TensorType> input_types(const std::vector<const onnx::ValueInfoProto*>& inputs,
                                    const ImportOptions& options) {
  std::vector<InputDeclaration> declared_inputs;
  for (const onnx::ValueInfoProto* input : inputs) declared_inputs.push_back(declared(*input));
  return resolve_input_types(std::move(declared_inputs), options);
}

}  // namespace convoy::onnx_frontend
