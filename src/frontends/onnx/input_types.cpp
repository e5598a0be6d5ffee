#include "frontends/onnx/input_types.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

#include "frontends/onnx/element_types.h"

namespace convoy::onnx_frontend {
namespace {

struct Dim {
  std::optional<int64_t> extent;
  std::string symbol;  ///< "" when it has none

  std::string str() const { return extent ? std::to_string(*extent) : symbol.empty() ? "?" : symbol; }
};

struct DeclaredInput {
  std::string name;
  DType dtype;
  std::optional<std::vector<Dim>> dims;  ///< nothing when not even the rank is known

  std::string dims_str() const {
    std::vector<std::string> words;
    for (const Dim& dim : *dims) words.push_back(dim.str());
    return fmt::format("{}", fmt::join(words, "x"));
  }
  std::string str() const { return fmt::format("'{}' {}[{}]", name, to_string(dtype), dims ? dims_str() : "..."); }
};

/// Paddle writes these for dimensions that have nothing to do with each other.
bool is_symbol(const std::string& name) {
  return name != "?" && name != "-1" && name != "None";
}

Dim declared_dim(const onnx::TensorShapeProto::Dimension& proto) {
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

DeclaredInput declared(const onnx::ValueInfoProto& proto) {
  return with_context(fmt::format("input '{}'", proto.name()), [&] {
    if (!proto.type().has_tensor_type()) unsupported("is {}, only tensors are supported", kind_of(proto.type()));
    const onnx::TypeProto::Tensor& tensor = proto.type().tensor_type();
    DeclaredInput input{proto.name(), element_type(tensor.elem_type()), std::nullopt};
    if (!tensor.has_shape()) return input;
    input.dims.emplace();
    for (const auto& dim : tensor.shape().dim()) input.dims->push_back(declared_dim(dim));
    return input;
  });
}

class Resolver {
 public:
  Resolver(std::vector<DeclaredInput> inputs, const ImportOptions& options)
      : inputs_(std::move(inputs)), shapes_(options.shapes) {}

  std::vector<TensorType> run() {
    for (const auto& [name, shape] : shapes_) bind(find(name), shape);
    std::vector<TensorType> types;
    for (const DeclaredInput& input : inputs_) types.push_back({input.dtype, shape_of(input)});
    return types;
  }

 private:
  std::string list() const {
    std::vector<std::string> words;
    for (const DeclaredInput& input : inputs_) words.push_back(input.str());
    return fmt::format("the network's inputs are {}", fmt::join(words, ", "));
  }

  const DeclaredInput& find(const std::string& name) const {
    for (const DeclaredInput& input : inputs_) {
      if (input.name == name) return input;
    }
    usage_error("--shape names '{}', which is no input; {}", name, list());
  }

  /// Takes the symbols' sizes from a given shape.
  void bind(const DeclaredInput& input, const Shape& shape) {
    if (!input.dims) return;
    const std::vector<Dim>& dims = *input.dims;
    if (shape.rank() != static_cast<int>(dims.size())) refuse(input, shape, fmt::format("has rank {}", dims.size()));
    for (size_t axis = 0; axis < dims.size(); ++axis) {
      const int64_t extent = shape[static_cast<int>(axis)];
      if (dims[axis].extent && *dims[axis].extent != 0 && *dims[axis].extent != extent) {
        refuse(input, shape, fmt::format("fixes dimension {} to {}", axis, *dims[axis].extent));
      }
      if (dims[axis].symbol.empty()) continue;
      const auto [bound, added] = symbols_.emplace(dims[axis].symbol, extent);
      if (bound->second != extent) {
        refuse(input, shape,
               fmt::format("calls dimension {} '{}', which is {} elsewhere", axis, bound->first, bound->second));
      }
    }
  }

  [[noreturn]] void refuse(const DeclaredInput& input, const Shape& shape, const std::string& reason) const {
    usage_error("--shape {}={} contradicts the model, which {}; {}", input.name, shape.str(), reason, list());
  }

  Shape shape_of(const DeclaredInput& input) {
    if (const auto given = shapes_.find(input.name); given != shapes_.end()) return given->second;
    if (!input.dims) usage_error("input '{0}' has no shape, set it with --shape {0}=...; {1}", input.name, list());
    std::vector<int64_t> shape;
    for (size_t axis = 0; axis < input.dims->size(); ++axis) shape.push_back(extent_of(input, axis));
    return Shape(shape);
  }

  int64_t extent_of(const DeclaredInput& input, size_t axis) {
    const Dim& dim = (*input.dims)[axis];
    if (dim.extent) return *dim.extent;
    const auto bound = symbols_.find(dim.symbol);
    if (!dim.symbol.empty() && bound != symbols_.end()) return bound->second;
    if (axis != 0) {
      usage_error("dimension {0} of input '{1}' is open, set it with --shape {1}={2} (numbers for the names); {3}",
                  axis, input.name, input.dims_str(), list());
    }
    if (!dim.symbol.empty()) symbols_[dim.symbol] = 1;
    return 1;
  }

  std::vector<DeclaredInput> inputs_;
  const std::map<std::string, Shape>& shapes_;
  std::map<std::string, int64_t> symbols_;
};

}  // namespace

std::vector<TensorType> input_types(const std::vector<const onnx::ValueInfoProto*>& inputs,
                                    const ImportOptions& options) {
  std::vector<DeclaredInput> declared_inputs;
  for (const onnx::ValueInfoProto* input : inputs) declared_inputs.push_back(declared(*input));
  return Resolver(std::move(declared_inputs), options).run();
}

}  // namespace convoy::onnx_frontend
