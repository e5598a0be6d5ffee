// What an ONNX operator does with quantised numbers.
#pragma once

#include <onnx/onnx_pb.h>

#include <vector>

#include "quantize/graph_index.h"

namespace convoy::quantizer {

enum class NodeKind {
  product,     ///< of an activation with constant weights: sums of integers
  movement,    ///< moves or picks elements: numbers keep their scale
  average,     ///< sums of numbers that have one scale
  clamp,       ///< Relu, Clip: what quantising does anyway
  function,    ///< of one value, cheap: computed where the value is
  table,       ///< of one value, expensive: looked up by its byte
  arithmetic,  ///< on several values, element by element
  other        ///< computes on floats
};

/// Operators of the standard domain by what they do; products only with constant f32 weights.
NodeKind kind_of(const onnx::NodeProto& node, const GraphIndex& index);

/// Inputs of a node that are activations, as far as its kind is not `other`: no constants, shapes or parameters.
std::vector<int> data_inputs(const onnx::NodeProto& node, NodeKind kind, const GraphIndex& index);

}  // namespace convoy::quantizer
