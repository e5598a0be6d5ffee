// Max and average pools of NHWC tensors:
//
//   max:     dst[n, h, w, c] = epilogue(max over taps y, x inside the input of src[n, ih(h,y), iw(w,x), c])
//   average: dst[n, h, w, c] = epilogue(sum over the same taps of src[...] / (rows(h) * columns(w)))
//
// rows(h) and columns(w) count the taps of the window that lie inside the input, or inside the input and its
// padding. NaN is never a maximum; a window without taps gives -inf, or 0.
//
// src: f32 or small integers, whose averages are rounded to the nearest, halves away from zero; channel stride 1, other
// strides free. dst: the same type, channel stride 1. No scratch memory.
//
// Task space: rows = batch x output rows, columns = channel vectors. A tile is several neighbouring outputs of one
// channel vector. Taps are combined down the columns of the input first, once for all outputs that a column
// belongs to, then across: an output of a 3x3 window with stride 2 costs 7 loads instead of 9. Rows whose windows lie
// inside the input have code of their own without a loop over the window's rows. Channels run innermost, so that
// pixels are read in the order they lie in memory.
#pragma once

#include "impls/conv2d/geometry.h"
#include "impls/epilogue.h"

namespace convoy {

enum class PoolKind { max, average };

struct PoolGeometry {
  PoolKind kind = PoolKind::max;
  DType dtype = DType::f32;
  int64_t batch = 1, channels = 1;
  WindowAxis h, w;
  WindowAxis counted_h, counted_w;  ///< average: the taps inside these axes count
  std::vector<int64_t> src, dst;    ///< strides of N, C, H, W in elements

  std::string key() const;
};

/// Arguments of the kernel: src, dst, then the epilogue's.
enum PoolArg { kPoolSrc, kPoolDst, kPoolEpilogue };

/// Outputs per tile.
int pool_mr(const PoolGeometry& g, const Isa& isa);

/// Vector instructions per channel vector of the whole output, about.
double pool_vector_ops(const PoolGeometry& g, const Isa& isa);

void emit_pool(KernelBuilder& b, const PoolGeometry& g, const Epilogue& epilogue);

}  // namespace convoy
