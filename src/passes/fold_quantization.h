#pragma once

#include "graph/graph.h"

namespace convoy {

/// Computes on integers what a network with quantize and dequantize says in floats.
///
/// Changes, where scales and zero points are constants:
///   conv2d, conv_transpose2d, matmul of dequantised i8 and u8: products of integers, dequantised behind;
///   their biases, dequantised with the scale of the sums: i32 biases;
///   operators that move elements, max pools: move the numbers, dequantised behind or quantised before;
///   elementwise functions of one byte between dequantize and quantize: lookup, clip or nothing;
///   relu and clip before quantize: its bounds;
///   mean of dequantised bytes: sum of integers, dequantised behind.
/// Requires: common_subexpressions, so that x * sigmoid(x) is a function of one value.
/// Afterwards: quantize and dequantize are left around what computes on floats. All results are exactly those of before
/// but for products and means, whose integer sums are exact, while the sums of floats were rounded.
///
///   %a = dequantize(%x, 0.25, 1)   %b = dequantize(%w, 0.125)   %c = conv2d(%a, %b, _)   %y = quantize(%c, 0.5, 3)
///   %s = conv2d(%x, %w, _) src_zero=1   %c = dequantize(%s, 0.03125)   %y = quantize(%c, 0.5, 3)
///
/// Worth it because bytes are multiplied two to four times as fast as floats and are a quarter of the traffic.
Graph fold_quantization(const Graph& graph);

}  // namespace convoy
