// Data-movement operators that are one strided copy: splitting axes of src and dst gives both the same shape.
#include "impls/copy/layout_like.h"
#include "impls/copy/list.h"
#include "impls/copy/memory_cost.h"
#include "impls/copy/strided_copy.h"
#include "ops/channel_shuffle.h"
#include "ops/depth_to_space.h"
#include "ops/reshape.h"
#include "ops/space_to_depth.h"
#include "ops/tile.h"

namespace convoy {

namespace {

/// src and dst of one shape.
struct ViewPair {
  TensorView src, dst;

  /// Without axes yet.
  ViewPair(const TensorView& from, const TensorView& to) : src{from.dtype, {}, {}}, dst{to.dtype, {}, {}} {}
  void add_axis(int64_t extent, int64_t src_stride, int64_t dst_stride) {
    for (auto [view, stride] : {std::pair(&src, src_stride), std::pair(&dst, dst_stride)}) {
      std::vector<int64_t> dims = view->shape.dims();
      dims.push_back(extent);
      view->shape = Shape(dims);
      view->strides.push_back(stride);
    }
  }
};

/// Both are row-major orders of the same elements; dst lies contiguously.
ViewPair reshape_views(const TensorView& src, const TensorView& dst) {
  ViewPair pair(src, dst);
  pair.src = src;
  pair.dst = TensorView::contiguous({dst.dtype, src.shape}, Layout::row_major);
  return pair;
}

/// Between a tensor with `block` x `block` more channels and one with more rows and columns. Strides are those
/// of the former (deep) and the latter (wide); `deep_block_first` when k = (r*b + s)*C + c, else c*b*b + r*b + s.
struct BlockAxes {
  int64_t extent, deep_stride, wide_stride;
};

std::vector<BlockAxes> block_axes(const TensorView& deep, const TensorView& wide, int64_t block, bool block_first) {
  const int64_t channels = wide.shape[1], k = deep.stride(1);
  const int64_t c = block_first ? k : block * block * k, s = block_first ? channels * k : k;
  return {{deep.shape[0], deep.stride(0), wide.stride(0)},
          {block, s * block, wide.stride(2)},
          {block, s, wide.stride(3)},
          {channels, c, wide.stride(1)},
          {deep.shape[2], deep.stride(2), block * wide.stride(2)},
          {deep.shape[3], deep.stride(3), block * wide.stride(3)}};
}

ViewPair depth_to_space_views(const DepthToSpace& op, const TensorView& src, const TensorView& dst) {
  ViewPair pair(src, dst);
  for (auto [extent, deep, wide] : block_axes(src, dst, op.block_size, op.mode == DepthToSpaceMode::dcr)) {
    pair.add_axis(extent, deep, wide);
  }
  return pair;
}

ViewPair space_to_depth_views(const SpaceToDepth& op, const TensorView& src, const TensorView& dst) {
  ViewPair pair(src, dst);
  for (auto [extent, deep, wide] : block_axes(dst, src, op.block_size, true)) pair.add_axis(extent, wide, deep);
  return pair;
}

/// dst channel j*group + i is src channel i*per_group + j.
ViewPair channel_shuffle_views(const ChannelShuffle& op, const TensorView& src, const TensorView& dst) {
  ViewPair pair(src, dst);
  const int64_t per_group = src.shape[1] / op.group;
  for (int axis = 0; axis < src.rank(); ++axis) {
    if (axis != 1) {
      pair.add_axis(src.shape[axis], src.stride(axis), dst.stride(axis));
    } else {
      pair.add_axis(per_group, src.stride(1), op.group * dst.stride(1));
      pair.add_axis(op.group, per_group * src.stride(1), dst.stride(1));
    }
  }
  return pair;
}

ViewPair tile_views(const Tile& op, const TensorView& src, const TensorView& dst) {
  ViewPair pair(src, dst);
  for (int axis = 0; axis < src.rank(); ++axis) {
    pair.add_axis(op.repeats[axis], 0, src.shape[axis] * dst.stride(axis));
    pair.add_axis(src.shape[axis], src.stride(axis), dst.stride(axis));
  }
  return pair;
}

ViewPair views(const Op& op, const TensorView& src, const TensorView& dst) {
  if (const auto* d2s = op_cast<DepthToSpace>(op)) return depth_to_space_views(*d2s, src, dst);
  if (const auto* s2d = op_cast<SpaceToDepth>(op)) return space_to_depth_views(*s2d, src, dst);
  if (const auto* shuffle = op_cast<ChannelShuffle>(op)) return channel_shuffle_views(*shuffle, src, dst);
  if (const auto* tile = op_cast<Tile>(op)) return tile_views(*tile, src, dst);
  if (op_cast<Reshape>(op)) return reshape_views(src, dst);
  internal_error("{} is no strided copy", op.name());
}

class StridedCopyImpl : public Impl {
 public:
  std::string name() const override { return "strided_copy"; }

  Proposal propose(const Problem& problem) const override {
    if (!problem.group.epilogue.empty()) return Proposal::no("has an epilogue");
    const Op& op = *problem.anchor().op;
    const TensorView& src = problem.view(problem.anchor_input(0));
    Proposal proposal;
    proposal.output = op_cast<Reshape>(op) ? Layout::row_major : layout_like(src);
    const TensorView dst = TensorView::contiguous(problem.stored_type(problem.group.output), proposal.output);
    proposal.cost_ns = parallel_ns(cost_ns(op, src, dst, problem.target), problem.target);
    proposal.variant = "copy";
    return proposal;
  }

  Lowered lower(const Problem& problem) const override {
    const ValueId src = problem.anchor_input(0), dst = problem.group.output;
    const ViewPair pair = views(*problem.anchor().op, problem.view(src), problem.view(dst));
    return {lower_strided_copy({{pair.src, 0}, {pair.dst, 0}, problem.arg(src), ValueArg{dst}}, problem.target), {}};
  }

 private:
  static double cost_ns(const Op& op, const TensorView& src, const TensorView& dst, const Target& target) {
    const ViewPair pair = views(op, src, dst);
    return strided_copy_cost_ns(pair.src, pair.dst, target);
  }
};

}  // namespace

const Impl& strided_copy() {
  static const StridedCopyImpl impl;
  return impl;
}

}  // namespace convoy
