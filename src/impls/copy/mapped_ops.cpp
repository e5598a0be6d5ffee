// pad and gather as copies whose axes pick indices of src.
#include <algorithm>
#include <numeric>

#include "impls/copy/layout_like.h"
#include "impls/copy/list.h"
#include "impls/copy/mapped_copy.h"
#include "impls/copy/memory_cost.h"
#include "ops/checks.h"
#include "ops/gather.h"
#include "ops/pad.h"
#include "support/error.h"

namespace convoy {

namespace {

/// Longer axes are refused: each gets a table of its elements.
constexpr int64_t kMaxMappedExtent = int64_t{1} << 20;

AxisMap identity_map(int64_t extent) {
  AxisMap map(extent);
  std::iota(map.begin(), map.end(), 0);
  return map;
}

MappedCopy pad_copy(const Pad& op, const TensorView& src, const TensorView& dst) {
  MappedCopy copy{src, dst, {}, op.mode == PadMode::constant ? op.value : 0};
  for (int axis = 0; axis < dst.rank(); ++axis) {
    AxisMap& map = copy.maps.emplace_back();
    for (int64_t i = 0; i < dst.shape[axis]; ++i) map.push_back(op.source(axis, i, src.shape[axis]));
  }
  return copy;
}

/// `indices`, counted from 0, as an AxisMap.
AxisMap index_map(const Tensor& indices, int64_t extent) {
  AxisMap map;
  visit_dtype(indices.dtype(), [&]<class T>() {
    if constexpr (kIsInteger<T>) {
      for (int64_t i = 0; i < indices.elems(); ++i) {
        const auto index = static_cast<int64_t>(indices.as<T>()[i]);
        map.push_back(index < 0 ? index + extent : index);
      }
    }
  });
  return map;
}

/// The axes of dst that stand for those of the indices become one: dst has them contiguous.
TensorView merged_index_axes(const TensorView& dst, int axis, int index_rank) {
  std::vector<int64_t> dims = dst.shape.dims(), strides = dst.strides;
  int64_t extent = 1;
  for (int i = 0; i < index_rank; ++i) extent *= dims[axis + i];
  const int64_t stride = index_rank > 0 ? strides[axis + index_rank - 1] : 1;
  for (auto* list : {&dims, &strides}) list->erase(list->begin() + axis, list->begin() + axis + index_rank);
  dims.insert(dims.begin() + axis, extent);
  strides.insert(strides.begin() + axis, stride);
  return {dst.dtype, Shape(dims), strides};
}

MappedCopy gather_copy(const Gather& op, const Tensor& indices, const TensorView& src, const TensorView& dst) {
  const int axis = resolve_axis(op.axis, src.rank());
  MappedCopy copy{src, merged_index_axes(dst, axis, indices.shape().rank()), {}, 0};
  for (int i = 0; i < src.rank(); ++i) {
    copy.maps.push_back(i == axis ? index_map(indices, src.shape[i]) : identity_map(src.shape[i]));
  }
  return copy;
}

class MappedCopyImpl : public Impl {
 public:
  std::string name() const override { return "mapped_copy"; }

  Proposal propose(const Problem& problem) const override {
    if (auto why = refusal(problem); !why.empty()) return Proposal::no(why);
    Proposal proposal;
    proposal.output = output_layout(problem);
    const TensorView dst = TensorView::contiguous(problem.stored_type(problem.group.output), proposal.output);
    const auto step = make_step(problem, dst);
    if (!step) return Proposal::no("the innermost axis is read in too irregular an order");
    proposal.cost_ns = parallel_ns(step->cost_ns, problem.target);
    proposal.variant = step->kernel.name;
    return proposal;
  }

  Lowered lower(const Problem& problem) const override {
    return {{*make_step(problem, problem.view(problem.group.output))}, {}};
  }

 private:
  static std::string refusal(const Problem& problem) {
    if (!problem.group.epilogue.empty()) return "has an epilogue";
    if (size_of(problem.type(problem.group.output).dtype) != 4) return "elements are not of 4 bytes";
    if (op_cast<Gather>(*problem.anchor().op) && !problem.graph().is_constant(problem.anchor_input(1))) {
      return "indices are computed at run time";
    }
    for (ValueId id : {problem.anchor_input(0), problem.group.output}) {
      const Shape& shape = problem.type(id).shape;
      const auto too_long = [](int64_t extent) { return extent > kMaxMappedExtent; };
      if (std::ranges::any_of(shape, too_long)) return "an axis is very long";
    }
    return "";
  }

  static Layout output_layout(const Problem& problem) {
    const ValueId indices = problem.anchor_input(1);
    if (indices != kAbsent && problem.type(indices).shape.rank() != 1) return Layout::row_major;
    return layout_like(problem.view(problem.anchor_input(0)));
  }

  static std::optional<StepSpec> make_step(const Problem& problem, const TensorView& dst) {
    const Op& op = *problem.anchor().op;
    const ValueId src = problem.anchor_input(0);
    const TensorView& view = problem.view(src);
    const MappedCopy copy =
        op_cast<Pad>(op)
            ? pad_copy(*op_cast<Pad>(op), view, dst)
            : gather_copy(*op_cast<Gather>(op), *problem.graph().value(problem.anchor_input(1)).constant, view, dst);
    return lower_mapped_copy(copy, ValueArg{problem.group.output}, problem.arg(src), problem.target);
  }
};

}  // namespace

const Impl& mapped_copy() {
  static const MappedCopyImpl impl;
  return impl;
}

}  // namespace convoy
