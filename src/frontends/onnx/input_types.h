// Types of a network's inputs: what the model declares, with its open dimensions filled in.
#pragma once

#include <onnx/onnx_pb.h>

#include <vector>

#include "frontends/onnx/import.h"

namespace convoy::onnx_frontend {

/// One type an input. An open dimension takes its size from the options, where a symbol set for one input
/// counts for all; an open first dimension that nothing sets is 1. Throws Error for one that stays open and
/// for options that contradict the model.
std::vector<TensorType> input_types(const std::vector<const onnx::ValueInfoProto*>& inputs,
                                    const ImportOptions& options);

}  // namespace convoy::onnx_frontend
