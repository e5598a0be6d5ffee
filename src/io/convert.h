// Tensors from one element type to another.
#pragma once

#include <convoy/tensor.h>

namespace convoy {

/// Whether every value of `from` has the same value in `to`: f16 -> f32, u8 -> f32, u8 -> i64.
bool converts_exactly(DType from, DType to);

/// Converts element by element: rounds to the nearest float, truncates floats to integers and clamps to the
/// integer's range (NaN becomes 0). Returns `tensor` itself when it has the type already.
Tensor convert(const Tensor& tensor, DType to);

}  // namespace convoy
