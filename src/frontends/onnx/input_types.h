// Types of a network's inputs: what the model declares, with its open dimensions filled in.
#pragma once

#include <onnx/onnx_pb.h>

#include <vector>

#include "frontends/input_shapes.h"

namespace convoy::onnx_frontend {

/// One type an input, by resolve_input_types. Throws Error for inputs that are no tensors.
std::vector<TensorType> input_types(const std::vector<const onnx::ValueInfoProto*>& inputs,
                                    const ImportOptions& options);

}  // namespace convoy::onnx_frontend
