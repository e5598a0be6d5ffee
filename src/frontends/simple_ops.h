// Operators in one expression, for importers that put a model's operator together from several.
#pragma once

#include "ops/cast.h"
#include "ops/elementwise.h"
#include "ops/reshape.h"
#include "ops/transpose.h"

namespace convoy {

inline Cast cast_to(DType dtype) {
  Cast op;
  op.to = dtype;
  return op;
}

inline Reshape reshape_to(Shape shape) {
  Reshape op;
  op.shape = std::move(shape);
  return op;
}

inline Transpose transpose_to(std::vector<int64_t> perm) {
  Transpose op;
  op.perm = std::move(perm);
  return op;
}

}  // namespace convoy
