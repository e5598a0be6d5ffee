// The shape that a model asks a reshape for.
#pragma once

#include <convoy/tensor.h>

#include <vector>

namespace convoy {

/// Replaces the -1 of `dims` by the extent that makes all elements of `src` fit, and, unless `allow_zero`, each 0 by
/// src's extent there. Throws Error when they do not fit.
Shape resolve_new_shape(std::vector<int64_t> dims, const Shape& src, bool allow_zero);

}  // namespace convoy
