// Operators that move quantised numbers, or pick the largest: rules of fold_quantization.
#pragma once

#include "passes/match.h"

namespace convoy {

/// True for operators that give elements of their input (of all inputs: concat) and compute none.
bool moves_elements(const Op& op);

/// move(dequantize(x)) -> dequantize(move(x)): bytes are moved instead of floats, and what reads them sees that they
/// are quantised. All parts of a concat have the same parameters.
Replacement dequantize_after_moving(RewriteContext& context);

/// quantize(move(x)) -> move(quantize(x)), where x is computed elementwise or dequantised.
Replacement quantize_before_moving(RewriteContext& context);

}  // namespace convoy
