#pragma once

#include "graph/graph.h"

namespace convoy {

/// The network that a quantised one stands for, in floats: to see what it would take, not to compute the same.
///
/// Changes: dequantize(quantize(x)) to x, through whatever moves the numbers in between; to relu(x) where the lowest
/// number stands for 0 and x is a sum, since quantising tools leave a ReLU to the bounds. Weights are dequantised now.
/// Dequantised sums of products of numbers that were quantised, as QLinear operators have them, to products of floats.
/// Requires: an imported graph, before fold_quantization. Afterwards: only conversions at the network's ends are left,
/// and those whose scales are known at run time only.
///
///   %q = quantize(%x, 0.5, 3)   %d = dequantize(%q, 0.5, 3)   %w = dequantize(%weights, 0.125)   %c = conv2d(%d, %w,
///   _) %c = conv2d(%x, %w, _)
Graph without_quantization(const Graph& imported);

/// Whether a network, after the passes, multiplies integers.
bool multiplies_integers(const Graph& graph);

}  // namespace convoy
