// Operators in one expression, for importers that put an ONNX operator together from several.
#pragma once

#include "ops/cast.h"
#include "ops/elementwise.h"
#include "ops/reshape.h"

namespace convoy::onnx_frontend {

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

}  // namespace convoy::onnx_frontend
