#include "impls/copy/row_loops.h"

#include <algorithm>

#include "support/int_math.h"

namespace convoy {

namespace {

constexpr int kUnroll = 4;
constexpr int64_t kChunkVectors = 32;

class RowEmitter {
 public:
  RowEmitter(KernelBuilder& b, const RowLoops& loops, const std::function<void(const RowBlock&)>& emit_block)
      : b_(b),
        loops_(loops),
        emit_block_(emit_block),
        group_(kUnroll * b.lanes()),
        grouped_(loops.inner.extent / group_ * group_) {}

  void emit() {
    if (loops_.flat()) return chunks({}, b_.row_begin(), b_.row_end());
    const int64_t together = rows_together();
    Val split = b_.row_begin() + (b_.row_end() - b_.row_begin()) / together * together;
    b_.loop(b_.row_begin(), split, together, [&](Val row) { rows(row, together); });
    if (together > 1) b_.loop(split, b_.row_end(), 1, [&](Val row) { rows(row, 1); });
  }

 private:
  /// More than one only where their distance is constant.
  int64_t rows_together() const {
    const int64_t vectors = ceil_div(loops_.inner.extent, b_.lanes());
    return loops_.outer.size() == 1 ? std::max<int64_t>(1, kUnroll / std::max<int64_t>(1, vectors)) : 1;
  }

  void rows(Val row, int64_t count) {
    const std::vector<Val> outer = split_index(b_, loops_.outer, row);
    if (loops_.chunks() > 1) return chunks(outer, b_.col_begin(), b_.col_end());
    b_.loop(0, grouped_, group_, [&](Val i) { emit_block_({outer, i, count, kUnroll, -1}); });
    rest(outer, count);
  }

  void chunks(const std::vector<Val>& outer, Val first, Val last) {
    Val end = last * loops_.chunk;
    b_.loop(first * loops_.chunk, b_.min(end, b_.i64(grouped_)), group_, [&](Val i) {
      emit_block_({outer, i, 1, kUnroll, -1});
    });
    if (grouped_ < loops_.inner.extent) {
      b_.if_then(b_.less(b_.i64(grouped_), end), [&] { rest(outer, 1); });
    }
  }

  /// What is left when groups of kUnroll vectors are done.
  void rest(const std::vector<Val>& outer, int64_t row_count) {
    const int64_t elems = loops_.inner.extent - grouped_;
    const int tail = static_cast<int>(elems % b_.lanes());
    const int vectors = static_cast<int>(elems / b_.lanes()) + (tail > 0);
    if (vectors > 0) emit_block_({outer, b_.i64(grouped_), row_count, vectors, tail > 0 ? tail : -1});
  }

  KernelBuilder& b_;
  const RowLoops& loops_;
  const std::function<void(const RowBlock&)>& emit_block_;
  const int64_t group_, grouped_;
};

}  // namespace

RowLoops::RowLoops(std::vector<LoopDim> dims, const Isa& isa) : outer(std::move(dims)) {
  if (!outer.empty()) {
    inner = std::move(outer.back());
    outer.pop_back();
  }
  const int64_t vectors_chunk = kChunkVectors * isa.f32_lanes();
  const bool divided = flat() || inner.extent >= 4 * vectors_chunk;
  chunk = divided ? vectors_chunk : std::max<int64_t>(1, inner.extent);
}

void RowLoops::set_task_space(StepSpec& step) const {
  step.rows = inner.extent == 0 ? 0 : flat() ? chunks() : iterations(outer);
  step.cols = flat() ? 1 : chunks();
}

std::string RowLoops::key() const {
  return loop_key(outer) + loop_key({inner});
}

void emit_row_loops(KernelBuilder& b, const RowLoops& loops, const std::function<void(const RowBlock&)>& emit_block) {
  RowEmitter(b, loops, emit_block).emit();
}

}  // namespace convoy
