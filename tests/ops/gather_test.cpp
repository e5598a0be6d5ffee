#include "ops/gather.h"

#include <gtest/gtest.h>

#include "support/expect_error.h"
#include "support/run_op.h"

namespace convoy {
namespace {

Gather gather(int64_t axis) {
  Gather op;
  op.axis = axis;
  return op;
}

const Tensor& data() {
  static const Tensor tensor = make_tensor<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  return tensor;
}

TEST(Gather, PicksSlices) {
  const Tensor rows = run_op1(gather(0), {data(), Tensor::of<int64_t>({1, -2, 1})});
  EXPECT_EQ(rows.shape(), Shape({3, 3}));
  expect_near(values_of<float>(rows), {4, 5, 6, 1, 2, 3, 4, 5, 6});
  const Tensor columns = run_op1(gather(-1), {data(), make_tensor<int32_t>({1, 2}, {2, 0})});
  EXPECT_EQ(columns.shape(), Shape({2, 1, 2}));
  expect_near(values_of<float>(columns), {3, 1, 6, 4});
}

TEST(Gather, DropsTheAxisForAScalarIndex) {
  const Tensor column = run_op1(gather(1), {data(), Tensor::scalar<int64_t>(1)});
  EXPECT_EQ(column.shape(), Shape({2}));
  expect_near(values_of<float>(column), {2, 5});
}

TEST(Gather, RefusesIndicesOutOfRange) {
  for (int64_t index : {2, -3}) {
    expect_invalid("is out of range for an axis of extent 2", [&] {
      run_op1(gather(0), {data(), Tensor::scalar(index)});
    });
  }
  expect_invalid("indices is f32[2x3], expected an integer type", [] { run_op1(gather(0), {data(), data()}); });
}

TEST(Gather, NeedsTheAxisWhole) {
  const Tensor indices = Tensor::of<int64_t>({2, 0, 1, 1});
  const InputTypes types = {&data().type(), &indices.type()};
  EXPECT_EQ(gather(1).input_region(0, {{1, 2}, {2, 3}}, types), (Region{{1, 0}, {2, 3}}));
  EXPECT_EQ(gather(1).input_region(1, {{1, 2}, {2, 3}}, types), (Region{{2}, {3}}));
  EXPECT_EQ(gather(0).input_region(0, {{1, 2}, {2, 3}}, types), (Region{{0, 2}, {2, 3}}));
  expect_region_suffices(gather(1), {data(), indices}, 0, {{1, 2}, {2, 3}});
}

}  // namespace
}  // namespace convoy
