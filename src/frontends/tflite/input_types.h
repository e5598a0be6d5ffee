// Types of a network's inputs: what the model declares, with its open dimensions filled in.
#pragma once

#include <vector>

#include "frontends/input_shapes.h"
#include "frontends/tflite/tensors.h"

namespace convoy::tflite_frontend {

/// What the model says about network input `index`. Extents that it fixes may be set as well: TFLite's operators
/// compute their shapes from those of their inputs.
InputDeclaration declared_input(const ModelFile& file, const TensorReader& tensors, int index);

/// One type an input, by resolve_input_types.
std::vector<TensorType> input_types(const ModelFile& file, const TensorReader& tensors, const ImportOptions& options);

}  // namespace convoy::tflite_frontend
