#include "frontends/input_shapes.h"

#include <fmt/ranges.h>

#include "support/error.h"

namespace convoy {
namespace {

class Resolver {
 public:
  Resolver(std::vector<InputDeclaration> inputs, const ImportOptions& options)
      : inputs_(std::move(inputs)), shapes_(options.shapes) {}

  std::vector<TensorType> run() {
    for (const auto& [name, shape] : shapes_) bind(find(name), shape);
    std::vector<TensorType> types;
    for (const InputDeclaration& input : inputs_) types.push_back({input.dtype, shape_of(input)});
    return types;
  }

 private:
  std::string list() const {
    std::vector<std::string> words;
    for (const InputDeclaration& input : inputs_) words.push_back(input.str());
    return fmt::format("the network's inputs are {}", fmt::join(words, ", "));
  }

  const InputDeclaration& find(const std::string& name) const {
    for (const InputDeclaration& input : inputs_) {
      if (input.name == name) return input;
    }
    usage_error("--shape names '{}', which is no input; {}", name, list());
  }

  /// Takes the symbols' sizes from a given shape.
  void bind(const InputDeclaration& input, const Shape& shape) {
    if (!input.dims) return;
    const std::vector<InputDim>& dims = *input.dims;
    if (shape.rank() != static_cast<int>(dims.size())) refuse(input, shape, fmt::format("has rank {}", dims.size()));
    for (size_t axis = 0; axis < dims.size(); ++axis) {
      const int64_t extent = shape[static_cast<int>(axis)];
      const bool fixed = dims[axis].extent && *dims[axis].extent != 0 && !input.resizable;
      if (fixed && *dims[axis].extent != extent) {
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

  [[noreturn]] void refuse(const InputDeclaration& input, const Shape& shape, const std::string& reason) const {
    usage_error("--shape {}={} contradicts the model, which {}; {}", input.name, shape.str(), reason, list());
  }

  Shape shape_of(const InputDeclaration& input) {
    if (const auto given = shapes_.find(input.name); given != shapes_.end()) return given->second;
    if (!input.dims) usage_error("input '{0}' has no shape, set it with --shape {0}=...; {1}", input.name, list());
    std::vector<int64_t> shape;
    for (size_t axis = 0; axis < input.dims->size(); ++axis) shape.push_back(extent_of(input, axis));
    return Shape(shape);
  }

  int64_t extent_of(const InputDeclaration& input, size_t axis) {
    const InputDim& dim = (*input.dims)[axis];
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

  std::vector<InputDeclaration> inputs_;
  const std::map<std::string, Shape>& shapes_;
  std::map<std::string, int64_t> symbols_;
};

}  // namespace

std::string InputDeclaration::dims_str() const {
  std::vector<std::string> words;
  for (const InputDim& dim : *dims) words.push_back(dim.str());
  return fmt::format("{}", fmt::join(words, "x"));
}

std::string InputDeclaration::str() const {
  return fmt::format("'{}' {}[{}]", name, to_string(dtype), dims ? dims_str() : "...");
}

std::vector<TensorType> resolve_input_types(std::vector<InputDeclaration> inputs, const ImportOptions& options) {
  return Resolver(std::move(inputs), options).run();
}

}  // namespace convoy
