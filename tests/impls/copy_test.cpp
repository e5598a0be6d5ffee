#include <gtest/gtest.h>

#include <cstring>

#include "impls/copy/list.h"
#include "impls/group_runner.h"
#include "impls/harness.h"
#include "impls/placed_tensor.h"
#include "ops/cast.h"
#include "ops/channel_shuffle.h"
#include "ops/concat.h"
#include "ops/depth_to_space.h"
#include "ops/gather.h"
#include "ops/pad.h"
#include "ops/reshape.h"
#include "ops/space_to_depth.h"
#include "ops/tile.h"

namespace convoy {
namespace {

/// A tensor whose bytes count up: every element is different.
Tensor counting(DType dtype, const Shape& shape) {
  Tensor tensor(dtype, shape);
  for (int64_t i = 0; i < tensor.bytes(); ++i) tensor.as<uint8_t>()[i] = static_cast<uint8_t>(i * 7 + i / 251);
  // Kernels may lose the bits of subnormal numbers and of NaN.
  for (int64_t i = 0; dtype == DType::bf16 && i < tensor.elems(); ++i) {
    tensor.as<uint16_t>()[i] = static_cast<uint16_t>((tensor.as<uint16_t>()[i] & 0xbfff) | 0x0080);
  }
  return tensor;
}

void check_copy(const TensorView& from, const TensorView& to) {
  Tensor values = counting(to.dtype == DType::bf16 ? to.dtype : from.dtype, from.shape);
  values = cast_to(values, from.dtype);
  for (const std::string& isa : host_isa_names()) {
    const Target target{host_isa(isa), host_caches(), 1};
    const auto stored = [&](ValueId id) { return (id == 0 ? from : to).dtype; };
    GroupRunner runner(lower_copy(from, to, target, 0, 1), target.isa, stored);
    for (Division division : {Division::whole, Division::pieces}) {
      PlacedTensor src(from, 0xFF), dst(to, 0x7F);
      src.write(values);
      runner.run({{0, src.data()}, {1, dst.data()}}, division);
      const std::string text = fmt::format("{} {} to {}", isa, from.str(), to.str());
      EXPECT_TRUE(dst.surroundings_intact()) << text;
      const Tensor found = cast_to(dst.read(), values.dtype());
      EXPECT_TRUE(std::memcmp(found.data(), values.data(), values.bytes()) == 0) << text;
    }
  }
}

/// All pairs of arrangements.
void check_copies(const TensorType& type) {
  std::vector<TensorView> views;
  for (Layout layout : {Layout::row_major, Layout::channels_last}) {
    for (bool padded : {false, true}) views.push_back(arranged_view(type, {layout, padded}));
  }
  for (const TensorView& from : views) {
    for (const TensorView& to : views) check_copy(from, to);
  }
}

TEST(Copy, Bf16) {
  for (int64_t channels : {1, 2, 3, 4, 15, 16, 17, 32, 70}) {
    check_copies({DType::bf16, Shape{1, channels, 5, 7}});
    check_copies({DType::bf16, Shape{1, channels, 6, 16}});
  }
  check_copies({DType::bf16, Shape{2, 3, 33, 31}});
}

TEST(Copy, BetweenF32AndBf16) {
  const Shape shape{2, 19, 5, 7};
  for (Layout layout : {Layout::row_major, Layout::channels_last}) {
    for (bool padded : {false, true}) {
      const TensorView narrow = arranged_view({DType::bf16, shape}, {layout, padded});
      for (Layout other : {Layout::row_major, Layout::channels_last}) {
        const TensorView wide = arranged_view({DType::f32, shape}, {other, padded});
        check_copy(narrow, wide);
        check_copy(wide, narrow);
      }
    }
  }
}

TEST(Copy, LayoutsOfImages) {
  for (int64_t channels : {1, 2, 3, 4, 5, 15, 16, 17, 64, 70}) {
    check_copies({DType::f32, Shape{1, channels, 5, 7}});
  }
  check_copies({DType::f32, Shape{2, 19, 11, 13}});
  check_copies({DType::f32, Shape{2, 3, 33, 31}});
}

TEST(Copy, OtherRanksAndTypes) {
  check_copies({DType::f32, Shape{}});
  check_copies({DType::f32, Shape{5}});
  check_copies({DType::f32, Shape{3, 4, 5}});
  check_copies({DType::f32, Shape{2, 3, 4, 3, 2}});
  check_copies({DType::f32, Shape{2, 0, 4}});
  for (DType dtype : {DType::i32, DType::i64, DType::f64, DType::u8, DType::f16, DType::boolean}) {
    check_copies({dtype, Shape{2, 17, 3, 9}});
  }
}

TEST(Copy, RepeatedReversedAndSkippedElements) {
  const TensorView dst = TensorView::contiguous({DType::f32, Shape{3, 20, 37}}, Layout::row_major);
  TensorView src = dst;
  src.strides = {740, 37, -1};
  check_copy(src, dst);
  src.strides = {-2000, 80, 2};
  check_copy(src, dst);
  // A repeated element has one value, so that the copy of a single row is compared.
  const TensorView row = TensorView::contiguous({DType::f32, Shape{1, 37}}, Layout::row_major);
  TensorView column = row;
  column.strides = {0, 5};
  check_copy(column, row);
}

/// A view of a transposed tensor: the axes of dst in another order.
TEST(Copy, Transpositions) {
  for (const std::vector<int64_t>& strides : {std::vector<int64_t>{1, 18, 18 * 35}, {20 * 35, 1, 20}, {20, 1, 360}}) {
    check_copy({DType::f32, Shape{18, 20, 35}, strides},
               TensorView::contiguous({DType::f32, Shape{18, 20, 35}}, Layout::row_major));
  }
}

TEST(ConcatCopy, Axes) {
  for (int64_t axis : {0, 1, 2, 3}) {
    Concat concat;
    concat.axis = axis;
    check(concat_copy(), [&](CaseBuilder& b) {
      Shape other{2, 5, 3, 4};
      other[static_cast<int>(axis)] = 7;
      return b.add(concat, {b.input(Shape{2, 5, 3, 4}), b.input(other)});
    });
  }
}

TEST(StridedCopy, Reshape) {
  for (const Shape& to : {Shape{1, 330}, Shape{5, 66}, Shape{330}, Shape{1, 11, 6, 5}}) {
    Reshape reshape;
    reshape.shape = to;
    check(strided_copy(), [&](CaseBuilder& b) { return b.add(reshape, {b.input(Shape{1, 6, 5, 11})}); });
  }
}

TEST(StridedCopy, DepthAndSpace) {
  for (int64_t block : {1, 2, 3}) {
    DepthToSpace to_space;
    to_space.block_size = block;
    SpaceToDepth to_depth;
    to_depth.block_size = block;
    for (int64_t channels : {1, 3, 17}) {
      for (DepthToSpaceMode mode : {DepthToSpaceMode::dcr, DepthToSpaceMode::crd}) {
        to_space.mode = mode;
        check(strided_copy(), [&](CaseBuilder& b) {
          return b.add(to_space, {b.input(Shape{2, channels * block * block, 4, 5})});
        });
      }
      check(strided_copy(), [&](CaseBuilder& b) {
        return b.add(to_depth, {b.input(Shape{2, channels, 4 * block, 5 * block})});
      });
    }
  }
}

TEST(StridedCopy, ChannelShuffle) {
  for (int64_t group : {1, 2, 3, 4, 8}) {
    ChannelShuffle shuffle;
    shuffle.group = group;
    check(strided_copy(), [&](CaseBuilder& b) { return b.add(shuffle, {b.input(Shape{1, group * 19, 5, 6})}); });
  }
}

TEST(StridedCopy, Tile) {
  Tile tile;
  tile.repeats = {2, 1, 3, 2};
  check(strided_copy(), [&](CaseBuilder& b) { return b.add(tile, {b.input(Shape{1, 5, 3, 4})}); });
  tile.repeats = {3, 20};
  check(strided_copy(), [&](CaseBuilder& b) { return b.add(tile, {b.input(Shape{4, 1})}); });
}

Pad pad(PadMode mode, std::vector<int64_t> begin, std::vector<int64_t> end, double value = 0) {
  Pad op;
  op.mode = mode;
  op.begin = std::move(begin);
  op.end = std::move(end);
  op.value = value;
  return op;
}

TEST(MappedCopy, Pad) {
  for (PadMode mode : {PadMode::constant, PadMode::reflect, PadMode::edge, PadMode::wrap}) {
    for (int64_t channels : {1, 3, 17}) {
      const Shape shape{2, channels, 5, 37};
      check(mapped_copy(), [&](CaseBuilder& b) {
        return b.add(pad(mode, {0, 0, 1, 2}, {0, 0, 3, 0}, -1.5), {b.input(shape)});
      });
      check(mapped_copy(), [&](CaseBuilder& b) {
        return b.add(pad(mode, {0, 0, 0, -1}, {0, 0, -2, 3}), {b.input(shape)});
      });
    }
    check(mapped_copy(), [&](CaseBuilder& b) {
      return b.add(pad(mode, {1, 2, 0, 0}, {0, 1, 0, 0}, 7), {b.input(Shape{2, 5, 3, 4})});
    });
    check(mapped_copy(), [&](CaseBuilder& b) { return b.add(pad(mode, {3}, {2}, 7), {b.input(Shape{40})}); });
  }
  check(mapped_copy(), [&](CaseBuilder& b) {
    return b.add(pad(PadMode::constant, {2, 1}, {0, 3}, -5), {b.input(counting(DType::i32, Shape{3, 18}))});
  });
}

TEST(MappedCopy, Gather) {
  for (int64_t axis : {0, 1, -1}) {
    for (const Shape& shape : {Shape{4}, Shape{}, Shape{2, 2}}) {
      Tensor indices(DType::i64, shape);
      const int64_t picks[] = {2, -1, 0, 2};
      std::copy_n(picks, indices.elems(), indices.as<int64_t>());
      Gather gather;
      gather.axis = axis;
      check(mapped_copy(), [&](CaseBuilder& b) {
        return b.add(gather, {b.input(Shape{3, 5, 4, 6}), b.constant(indices)});
      });
    }
  }
}

TEST(MappedCopy, SaysWhyNot) {
  Gather gather;
  gather.axis = 1;
  Tensor indices(DType::i64, Shape{64});
  for (int64_t i = 0; i < 64; ++i) indices.as<int64_t>()[i] = i * i % 64;
  const BuildCase irregular = [&](CaseBuilder& b) {
    return b.add(gather, {b.input(Shape{2, 64}), b.constant(indices)});
  };
  EXPECT_EQ(proposal_for(mapped_copy(), irregular).refusal, "the innermost axis is read in too irregular an order");
  const BuildCase at_run_time = [&](CaseBuilder& b) {
    return b.add(gather, {b.input(Shape{2, 64}), b.input(indices)});
  };
  EXPECT_EQ(proposal_for(mapped_copy(), at_run_time).refusal, "indices are computed at run time");
}

}  // namespace
}  // namespace convoy
