// Functions of one quantised byte, by their tables: rules of fold_quantization.
#pragma once

#include "passes/match.h"

namespace convoy {

/// quantize(f(dequantize(x))) -> lookup(x, table), where f is elementwise and reads nothing else but numbers. Where the
/// table changes nothing x itself, and where it only clips a clip. The table is computed by the operators' own
/// references, so that results are the same bit for bit.
Replacement fold_quantised_function(RewriteContext& context);

/// sigmoid(dequantize(x)) -> lookup(x, table of f32), and the same for other functions that take long to compute.
Replacement fold_slow_function(RewriteContext& context);

}  // namespace convoy
