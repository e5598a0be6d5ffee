// The loop nest of kernels that treat every element alike: rows along the innermost dimension in vectors, four
// at a time, which keeps enough loads in flight to use the memory's bandwidth and hides latencies.
//
// Task space: rows = the other dimensions, columns = chunks of the innermost one; when there are no others, rows
// are the chunks. Rows shorter than four vectors are computed several at a time.
#pragma once

#include "impls/copy/loop_dims.h"
#include "impls/impl.h"
#include "support/int_math.h"

namespace convoy {

struct RowLoops {
  std::vector<LoopDim> outer;
  LoopDim inner;
  int64_t chunk = 0;  ///< elements of the innermost dimension in the smallest task

  /// `dims` from outermost to innermost.
  RowLoops(std::vector<LoopDim> dims, const Isa& isa);

  bool flat() const { return outer.empty(); }
  int64_t chunks() const { return ceil_div(inner.extent, chunk); }
  void set_task_space(StepSpec& step) const;
  std::string key() const;
};

/// A block of vectors: of `rows` neighbouring rows (along the last of the outer dimensions), the vectors
/// [i, i + vectors * lanes); the last one has `last_active` lanes (all when negative).
struct RowBlock {
  std::vector<Val> outer;  ///< index along each outer dimension
  Val i;
  int64_t rows = 1;
  int vectors = 1;
  int last_active = -1;
};

void emit_row_loops(KernelBuilder& b, const RowLoops& loops, const std::function<void(const RowBlock&)>& emit_block);

/// Calls `fn(row, vector, active)` for each vector of the block.
template <class Fn>
void for_each_vector(const RowBlock& block, Fn&& fn) {
  for (int64_t row = 0; row < block.rows; ++row) {
    for (int v = 0; v < block.vectors; ++v) fn(row, v, v == block.vectors - 1 ? block.last_active : -1);
  }
}

}  // namespace convoy
