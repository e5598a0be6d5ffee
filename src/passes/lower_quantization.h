#pragma once

#include "graph/graph.h"

namespace convoy {

/// Writes quantize and dequantize as elementwise arithmetic.
///
/// Changes: quantize to div, round, add, clip and cast; dequantize to cast, sub and mul. A quantize of dequantised i32
/// sums multiplies by the quotient of the scales, rounded to f32 once, instead of multiplying by one and dividing by
/// the other, as ONNX Runtime's QLinear operators do. Requires: fold_quantization, which looks for the two. Afterwards:
/// neither is in the graph; weights that are needed as floats are constants.
///
///   %y = quantize(%d, 0.5, 3) to=u8   %d = dequantize(%sums, 0.03125)
///   %a = cast(%sums) to=f32   %b = mul(%a, 0.0625)   %c = round(%b)   %d = add(%c, 3)   %e = clip(%d)   %y = cast(%e)
///
/// Worth it because these join the loop of what they follow, a product's epilogue first of all.
Graph lower_quantization(const Graph& graph);

}  // namespace convoy
