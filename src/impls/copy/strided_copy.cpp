#include "impls/copy/strided_copy.h"

#include <algorithm>
#include <cstring>

#include "impls/copy/memory_cost.h"

namespace convoy {

namespace {

enum Side { kDst, kSrc };

/// The same copy of 4-byte elements: an 8-byte element is two of them.
CopyProblem in_words(CopyProblem copy) {
  if (size_of(copy.src.view.dtype) != 8) return copy;
  for (PlacedView* side : {&copy.src, &copy.dst}) {
    std::vector<int64_t> dims = side->view.shape.dims();
    dims.push_back(2);
    side->view.shape = Shape(dims);
    for (int64_t& stride : side->view.strides) stride *= 2;
    side->view.strides.push_back(1);
    side->offset_elems *= 2;
  }
  return copy;
}

/// Index of the dimension along which a side is contiguous, or -1.
int contiguous_dim(const std::vector<LoopDim>& dims, Side side) {
  for (size_t d = 0; d < dims.size(); ++d) {
    if (dims[d].strides[side] == 1) return static_cast<int>(d);
  }
  return -1;
}

CopyMode choose_mode(const LoopDim& dst_dim, const LoopDim& src_dim) {
  constexpr int64_t kFew = 4;
  if (dst_dim.extent <= kFew && src_dim.strides[kDst] == dst_dim.extent) return CopyMode::interleave;
  if (src_dim.extent <= kFew && dst_dim.strides[kSrc] == src_dim.extent) return CopyMode::deinterleave;
  return CopyMode::tiles;
}

/// Elements that kernels cannot move: of 1 or 2 bytes.
StepSpec host_step(const CopyProblem& copy, const Target& target) {
  const std::vector<LoopDim> dims = loop_dims(copy.src.view.shape, {copy.dst.view.strides, copy.src.view.strides});
  const int64_t elem_bytes = size_of(copy.src.view.dtype);
  const int64_t dst_offset = copy.dst.offset_elems, src_offset = copy.src.offset_elems;
  StepSpec step;
  step.host = [=](void* const* args) {
    auto walk = [&](auto&& self, size_t d, char* dst, const char* src) -> void {
      if (d == dims.size()) {
        std::memcpy(dst, src, elem_bytes);
        return;
      }
      for (int64_t i = 0; i < dims[d].extent; ++i) {
        self(self, d + 1, dst + i * dims[d].strides[kDst] * elem_bytes, src + i * dims[d].strides[kSrc] * elem_bytes);
      }
    };
    walk(walk, 0, static_cast<char*>(args[0]) + dst_offset * elem_bytes,
         static_cast<const char*>(args[1]) + src_offset * elem_bytes);
  };
  step.cost_ns = 2.0 * static_cast<double>(copy.src.view.shape.elems());
  return step;
}

}  // namespace

CopyLoops copy_loops(const CopyProblem& given) {
  const CopyProblem copy = in_words(given);
  CopyLoops loops{.dims = loop_dims(copy.src.view.shape, {copy.dst.view.strides, copy.src.view.strides}),
                  .dst_offset = copy.dst.offset_elems,
                  .src_offset = copy.src.offset_elems};
  const int dst = contiguous_dim(loops.dims, kDst), src = contiguous_dim(loops.dims, kSrc);
  if (dst >= 0 && src >= 0 && dst != src) {
    loops.dst_dim = loops.dims[dst];
    loops.src_dim = loops.dims[src];
    loops.mode = choose_mode(loops.dst_dim, loops.src_dim);
    loops.dims.erase(loops.dims.begin() + std::max(dst, src));
    loops.dims.erase(loops.dims.begin() + std::min(dst, src));
  } else if (dst >= 0 || src >= 0) {
    const auto row = loops.dims.begin() + (dst >= 0 ? dst : src);
    std::rotate(row, row + 1, loops.dims.end());
  }
  return loops;
}

std::vector<StepSpec> lower_strided_copy(const CopyProblem& copy, const Target& target) {
  if (copy.src.view.shape.elems() == 0) return {};
  const bool words = size_of(copy.src.view.dtype) >= 4;
  StepSpec step = words ? copy_step(copy_loops(copy), target) : host_step(copy, target);
  step.args.push_back(copy.dst_arg);
  step.args.push_back(copy.src_arg);
  if (words) step.cost_ns = strided_copy_cost_ns(copy.src.view, copy.dst.view, target);
  return {std::move(step)};
}

double strided_copy_cost_ns(const TensorView& src, const TensorView& dst, const Target& target) {
  const auto elems = static_cast<double>(src.shape.elems());
  const auto bytes = elems * static_cast<double>(size_of(src.dtype));
  if (size_of(src.dtype) < 4) return 2 * elems;
  const CopyLoops loops = copy_loops({{src, 0}, {dst, 0}, ValueArg{kAbsent}, ValueArg{kAbsent}});
  const double words = bytes / 4, vectors = words / target.isa.f32_lanes();
  double ops = 0;  // besides what moving whole rows takes
  if (loops.mode == CopyMode::rows) {
    const LoopDim& row = loops.dims.empty() ? loops.dst_dim : loops.dims.back();
    const bool contiguous = row.strides.empty() || (row.strides[kDst] == 1 && row.strides[kSrc] <= 1);
    const double row_count = elems / static_cast<double>(row.extent);
    ops = (contiguous ? 2 * vectors : 2 * words) + 4 * row_count;
  } else {
    ops = 3 * vectors;
  }
  return std::max(memory_ns(2 * bytes, target), vector_ops_ns(ops));
}

Lowered lower_copy(const TensorView& src, const TensorView& dst, const Target& target, ValueId src_id, ValueId dst_id) {
  return {lower_strided_copy({{src, 0}, {dst, 0}, ValueArg{src_id}, ValueArg{dst_id}}, target), {}};
}

double copy_cost_ns(const TensorView& src, Layout dst, const Target& target) {
  const TensorView fresh = TensorView::contiguous({src.dtype, src.shape}, dst);
  return parallel_ns(strided_copy_cost_ns(src, fresh, target), target);
}

}  // namespace convoy
