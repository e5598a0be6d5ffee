#include "impls/copy/strided_copy.h"

#include <algorithm>
#include <cstring>

#include "impls/copy/memory_cost.h"

namespace convoy {

namespace {

enum Side { kDst, kSrc };

/// Elements that kernels can move: of 4 bytes, of 8, and f32 from and to bf16.
bool has_kernel(const TensorView& view) {
  return size_of(view.dtype) >= 4 || view.dtype == DType::bf16;
}

/// The axis along which neighbouring bf16 elements can be moved two at a time, -1 if there is none.
int paired_axis(const CopyProblem& copy) {
  const TensorView &src = copy.src.view, &dst = copy.dst.view;
  if (src.dtype != DType::bf16 || dst.dtype != DType::bf16) return -1;
  int paired = -1;
  int64_t odd = copy.src.offset_elems | copy.dst.offset_elems;
  for (int axis = 0; axis < src.rank(); ++axis) {
    if (paired < 0 && src.stride(axis) == 1 && dst.stride(axis) == 1 && src.shape[axis] % 2 == 0) {
      paired = axis;
    } else if (src.shape[axis] > 1) {
      odd |= src.stride(axis) | dst.stride(axis);
    }
  }
  return odd % 2 == 0 ? paired : -1;
}

CopyProblem pairs_as_words(CopyProblem copy, int paired) {
  for (PlacedView* side : {&copy.src, &copy.dst}) {
    TensorView& view = side->view;
    view.dtype = DType::i32;
    view.shape[paired] /= 2;
    for (int axis = 0; axis < view.rank(); ++axis) {
      if (axis != paired) view.strides[axis] /= 2;
    }
    side->offset_elems /= 2;
  }
  return copy;
}

/// The same copy of 4-byte elements, where it can be: an 8-byte element is two of them, two neighbouring bf16 are one.
CopyProblem in_words(CopyProblem copy) {
  if (const int paired = paired_axis(copy); paired >= 0) return pairs_as_words(std::move(copy), paired);
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

/// Elements that kernels cannot move: integers of 1 or 2 bytes.
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

std::string element_words(DType src, DType dst) {
  if (src == DType::bf16) return dst == DType::bf16 ? "bf16" : "bf16_f32";
  return dst == DType::bf16 ? "f32_bf16" : "32bit";
}

CopyLoops copy_loops(const CopyProblem& given) {
  const CopyProblem copy = in_words(given);
  CopyLoops loops{.dims = loop_dims(copy.src.view.shape, {copy.dst.view.strides, copy.src.view.strides}),
                  .dst_offset = copy.dst.offset_elems,
                  .src_offset = copy.src.offset_elems,
                  .elements = element_words(copy.src.view.dtype, copy.dst.view.dtype)};
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
  const bool in_kernel = has_kernel(copy.src.view);
  StepSpec step = in_kernel ? copy_step(copy_loops(copy), target) : host_step(copy, target);
  step.args.push_back(copy.dst_arg);
  step.args.push_back(copy.src_arg);
  if (in_kernel) step.cost_ns = strided_copy_cost_ns(copy.src.view, copy.dst.view, target);
  return {std::move(step)};
}

double strided_copy_cost_ns(const TensorView& src, const TensorView& dst, const Target& target) {
  const auto elems = static_cast<double>(src.shape.elems());
  if (!has_kernel(src)) return 2 * elems;
  const CopyLoops loops = copy_loops({{src, 0}, {dst, 0}, ValueArg{kAbsent}, ValueArg{kAbsent}});
  const auto words = static_cast<double>(iterations(loops.dims) * loops.dst_dim.extent * loops.src_dim.extent);
  const double vectors = words / target.isa.f32_lanes();
  double ops = 0;  // besides what moving whole rows takes
  if (loops.mode == CopyMode::rows) {
    const LoopDim& row = loops.dims.empty() ? loops.dst_dim : loops.dims.back();
    const bool contiguous = row.strides.empty() || (row.strides[kDst] == 1 && row.strides[kSrc] <= 1);
    const double row_count = words / static_cast<double>(row.extent);
    ops = (contiguous ? 2 * vectors : 2 * words) + 4 * row_count;
  } else {
    ops = 3 * vectors;
  }
  const double bytes = elems * static_cast<double>(size_of(src.dtype) + size_of(dst.dtype));
  return std::max(memory_ns(bytes, target), vector_ops_ns(ops));
}

Lowered lower_copy(const TensorView& src, const TensorView& dst, const Target& target, ValueId src_id, ValueId dst_id) {
  return {lower_strided_copy({{src, 0}, {dst, 0}, ValueArg{src_id}, ValueArg{dst_id}}, target), {}};
}

double copy_cost_ns(const TensorView& src, Layout dst, const Target& target) {
  const TensorView fresh = TensorView::contiguous({src.dtype, src.shape}, dst);
  return parallel_ns(strided_copy_cost_ns(src, fresh, target), target);
}

}  // namespace convoy
