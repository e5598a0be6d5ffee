// Shapes of a network's inputs: what the model declares, with its open dimensions filled in.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "frontends/import_options.h"

namespace convoy {

struct InputDim {
  std::optional<int64_t> extent;
  std::string symbol;  ///< "" when it has none

  std::string str() const { return extent ? std::to_string(*extent) : symbol.empty() ? "?" : symbol; }
};

struct InputDeclaration {
  std::string name;
  DType dtype;
  std::optional<std::vector<InputDim>> dims;  ///< nothing when not even the rank is known
  /// The extents are those the model was written with; its operators may take others.
  bool resizable = false;

  std::string dims_str() const;
  /// "'x' f32[Nx3x224x224]".
  std::string str() const;
};

/// One type an input. An open dimension takes its size from the options, where a symbol set for one input
/// counts for all; an open first dimension that nothing sets is 1. Throws Error for one that stays open and
/// for options that contradict the model.
std::vector<TensorType> resolve_input_types(std::vector<InputDeclaration> inputs, const ImportOptions& options);

}  // namespace convoy
