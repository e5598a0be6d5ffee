#pragma once

#include "graph/graph.h"

namespace convoy {

/// Replaces activation functions that an exporter wrote out in simpler operators by one operator each.
///
/// Changes: with any number of additions, multiplications and divisions by numbers in between, in any order,
///   clip(a*x + b, 0, 1)                      -> hard_sigmoid
///   x * hard_sigmoid(x/6 + 1/2)              -> hard_swish     (also as x * clip(x+3, 0, 6) / 6)
///   x * sigmoid(x)                           -> silu
///   x / 2 * (1 + erf(x / sqrt(2)))           -> gelu
///   log(1 + exp(x)), x * tanh(softplus(x))   -> softplus, mish
///   max(x, a*x) with 0 <= a < 1              -> leaky_relu
/// Requires: nothing; simplify_arithmetic before it makes clip of min and max.
/// Afterwards: results agree up to the rounding of the constants (1/6) to f32.
///
///   %a = add(%x, 3)   %b = clip(%a) alpha=0 beta=6   %c = mul(%x, %b)   %d = div(%c, 6)
///   %d = hard_swish(%x)
///
/// Worth it because x is used twice: only as one operator of one operand does it stay in the registers of the
/// convolution that computes x without a search for the whole pattern in every stage.
Graph recognise_activations(const Graph& graph);

}  // namespace convoy
