#include "ops/max_pool2d.h"

#include <limits>

#include "ops/region_exact.h"
#include "support/expect_error.h"

namespace convoy {
namespace {

MaxPool2d pool(std::vector<int64_t> kernel, Window2d window) {
  MaxPool2d op;
  op.kernel = std::move(kernel);
  op.window = std::move(window);
  return op;
}

TEST(MaxPool2d, TakesTheLargestOfEachWindow) {
  const Tensor src = make_tensor<float>({1, 1, 2, 4}, {1, 2, 8, 4, 5, 6, 7, 3});
  EXPECT_EQ(values_of<float>(run_op1(pool({2, 2}, {{2, 2}, {1, 1}, {0, 0, 0, 0}}), {src})), (std::vector<float>{6, 8}));
}

TEST(MaxPool2d, PaddingIsSmallerThanEverything) {
  const Tensor src = make_tensor<float>({1, 1, 1, 2}, {-5, -3});
  EXPECT_EQ(values_of<float>(run_op1(pool({1, 2}, {{1, 1}, {1, 1}, {0, 1, 0, 1}}), {src})),
            (std::vector<float>{-5, -3, -3}));
}

TEST(MaxPool2d, CeilModeDropsWindowsBeyondTheInput) {
  const Tensor src = make_tensor<float>({1, 1, 1, 5}, {1, 2, 3, 4, 5});
  MaxPool2d op = pool({1, 2}, {{1, 2}, {1, 1}, {0, 0, 0, 0}});
  EXPECT_EQ(values_of<float>(run_op1(op, {src})), (std::vector<float>{2, 4}));
  op.ceil_mode = true;
  EXPECT_EQ(values_of<float>(run_op1(op, {src})), (std::vector<float>{2, 4, 5}));
  op.window.pads = {0, 0, 0, 1};  // a fourth window would start in the padding
  op.kernel = {1, 2};
  op.window.strides = {1, 3};
  EXPECT_EQ(values_of<float>(run_op1(op, {src})), (std::vector<float>{2, 5}));
}

TEST(MaxPool2d, IndicesCountOverTheWholeTensor) {
  MaxPool2d op = pool({2, 2}, {{1, 1}, {1, 1}, {0, 0, 0, 0}});
  op.with_indices = true;
  const Tensor src = make_tensor<int8_t>({1, 2, 2, 3}, {1, 1, 9, 4, 5, 6, -1, -2, -3, -3, -5, -6});
  std::vector<Tensor> outputs = run_op(op, {src});
  EXPECT_EQ(values_of<int8_t>(outputs[0]), (std::vector<int8_t>{5, 9, -1, -2}));
  EXPECT_EQ(values_of<int64_t>(outputs[1]), (std::vector<int64_t>{4, 2, 6, 7}));
  op.index_order = IndexOrder::column_major;
  EXPECT_EQ(values_of<int64_t>(run_op(op, {src})[1]), (std::vector<int64_t>{3, 4, 6, 8}));
}

TEST(MaxPool2d, AWindowThatMissesTheInputGivesTheLowestValue) {
  MaxPool2d op = pool({1, 2}, {{1, 1}, {1, 2}, {0, 1, 0, 1}});
  op.with_indices = true;
  std::vector<Tensor> outputs = run_op(op, {make_tensor<float>({1, 1, 1, 1}, {3})});
  EXPECT_EQ(values_of<float>(outputs[0]), std::vector<float>{-std::numeric_limits<float>::infinity()});
  EXPECT_EQ(values_of<int64_t>(outputs[1]), std::vector<int64_t>{-1});
}

TEST(MaxPool2d, NeedsItsWindows) {
  expect_region_exact(pool({3, 2}, {{2, 1}, {1, 1}, {1, 0, 1, 1}}), {scattered({2, 2, 6, 4})}, 0, false);
  MaxPool2d op = pool({2, 3}, {{3, 2}, {1, 1}, {0, 1, 1, 0}});
  op.ceil_mode = true;
  expect_region_exact(op, {scattered({1, 2, 6, 6})});
}

TEST(MaxPool2d, RefusesWhatDoesNotFit) {
  const TensorType src{DType::f32, {1, 1, 4, 4}}, flags{DType::boolean, {1, 1, 4, 4}};
  expect_invalid("kernel 5 with dilation 1 covers 5 rows", [&] {
    pool({5, 1}, {{1, 1}, {1, 1}, {0, 0, 0, 0}}).infer({&src});
  });
  expect_invalid("pad 2 is not smaller than the 2 columns that the kernel covers", [&] {
    pool({1, 2}, {{1, 1}, {1, 1}, {0, 0, 0, 2}}).infer({&src});
  });
  expect_invalid("kernel has 1 values, expected 2", [&] { pool({2}, {}).infer({&src}); });
  expect_invalid("src is bool[1x1x4x4], expected a number type", [&] { MaxPool2d().infer({&flags}); });
}

TEST(MaxPool2d, HugeKernelsOverSmallInputsAreQuick) {
  const int64_t huge = int64_t{1} << 30;
  const MaxPool2d op = pool({huge, huge}, {{huge, huge}, {1, 1}, {huge - 1, huge - 1, huge - 1, huge - 1}});
  EXPECT_EQ(values_of<float>(run_op1(op, {make_tensor<float>({1, 1, 1, 1}, {3})})), std::vector<float>{3});
}

}  // namespace
}  // namespace convoy
