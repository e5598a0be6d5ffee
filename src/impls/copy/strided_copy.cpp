#include "impls/copy/strided_copy.h"

#include <algorithm>

#include "impls/copy/memory_cost.h"

namespace convoy {

namespace {

enum Side { kDst, kSrc };

/// Elements of 1 or 2 bytes that are moved as they are.
bool is_narrow(const CopyProblem& copy) {
  return copy.src.view.dtype == copy.dst.view.dtype && size_of(copy.src.view.dtype) < 4;
}

/// The axis along which neighbouring elements can be moved `per_word` at a time, -1 if there is none.
int word_axis(const CopyProblem& copy, int64_t per_word) {
  const TensorView &src = copy.src.view, &dst = copy.dst.view;
  int found = -1;
  bool aligned = copy.src.offset_elems % per_word == 0 && copy.dst.offset_elems % per_word == 0;
  for (int axis = 0; axis < src.rank(); ++axis) {
    if (found < 0 && src.stride(axis) == 1 && dst.stride(axis) == 1 && src.shape[axis] % per_word == 0) {
      found = axis;
    } else if (src.shape[axis] > 1) {
      aligned = aligned && src.stride(axis) % per_word == 0 && dst.stride(axis) % per_word == 0;
    }
  }
  return aligned ? found : -1;
}

CopyProblem as_words(CopyProblem copy, int axis, int64_t per_word) {
  for (PlacedView* side : {&copy.src, &copy.dst}) {
    TensorView& view = side->view;
    view.dtype = DType::i32;
    view.shape[axis] /= per_word;
    for (int other = 0; other < view.rank(); ++other) {
      if (other != axis) view.strides[other] /= per_word;
    }
    side->offset_elems /= per_word;
  }
  return copy;
}

/// The same copy of 4-byte elements, where it can be: an 8-byte element is two of them, neighbouring small ones are
/// one.
CopyProblem in_words(CopyProblem copy) {
  if (is_narrow(copy)) {
    const int64_t per_word = 4 / size_of(copy.src.view.dtype);
    const int axis = word_axis(copy, per_word);
    return axis >= 0 ? as_words(std::move(copy), axis, per_word) : copy;
  }
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

}  // namespace

std::string element_words(DType src, DType dst) {
  if (src == dst && size_of(src) == 1) return "8bit";
  if (src == dst && size_of(src) == 2 && src != DType::bf16) return "16bit";
  if (src == DType::bf16) return dst == DType::bf16 ? "bf16" : "bf16_f32";
  return dst == DType::bf16 ? "f32_bf16" : "32bit";
}

CopyLoops copy_loops(const CopyProblem& given) {
  const CopyProblem copy = in_words(given);
  CopyLoops loops{.dims = loop_dims(copy.src.view.shape, {copy.dst.view.strides, copy.src.view.strides}),
                  .dst_offset = copy.dst.offset_elems,
                  .src_offset = copy.src.offset_elems,
                  .elements = element_words(copy.src.view.dtype, copy.dst.view.dtype)};
  if (loops.elements == "8bit") loops.narrow = DType::u8;
  if (loops.elements == "16bit") loops.narrow = DType::u16;
  const int dst = contiguous_dim(loops.dims, kDst), src = contiguous_dim(loops.dims, kSrc);
  if (dst >= 0 && src >= 0 && dst != src && loops.narrow == DType::f32) {
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
  StepSpec step = copy_step(copy_loops(copy), target);
  step.args.push_back(copy.dst_arg);
  step.args.push_back(copy.src_arg);
  step.cost_ns = strided_copy_cost_ns(copy.src.view, copy.dst.view, target);
  return {std::move(step)};
}

double strided_copy_cost_ns(const TensorView& src, const TensorView& dst, const Target& target) {
  const auto elems = static_cast<double>(src.shape.elems());
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
