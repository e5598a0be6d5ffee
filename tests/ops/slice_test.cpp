#include "ops/slice.h"

#include "ops/region_exact.h"
#include "support/expect_error.h"

namespace convoy {
namespace {

Slice slice(std::vector<int64_t> begin, std::vector<int64_t> size, std::vector<int64_t> step) {
  Slice op;
  op.begin = std::move(begin);
  op.size = std::move(size);
  op.step = std::move(step);
  return op;
}

TEST(Slice, TakesARegularPart) {
  const Tensor src = make_tensor<uint8_t>({2, 5}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  EXPECT_EQ(values_of<uint8_t>(run_op1(slice({0, 1}, {2, 2}, {1, 3}), {src})), (std::vector<uint8_t>{1, 4, 6, 9}));
  EXPECT_EQ(values_of<uint8_t>(run_op1(slice({1, 4}, {2, 3}, {-1, -2}), {src})),
            (std::vector<uint8_t>{9, 7, 5, 4, 2, 0}));
  EXPECT_EQ(run_op1(slice({0, 0}, {2, 0}, {1, 1}), {src}).shape(), (Shape{2, 0}));
}

TEST(Slice, WholeTakesEverything) {
  const Tensor src = make_tensor<float>({2, 2}, {1, 2, 3, 4});
  EXPECT_EQ(values_of<float>(run_op1(Slice::whole(src.shape()), {src})), values_of<float>(src));
}

TEST(Slice, Regions) {
  expect_region_exact(slice({1, 0, 6}, {3, 2, 3}, {1, 3, -2}), {scattered({4, 4, 7})});
}

TEST(Slice, RefusesWhatLiesOutside) {
  const TensorType src{DType::f32, {5}};
  const int64_t huge = int64_t{1} << 62;
  expect_invalid("3 elements from 2 in steps of 2 along axis 0 do not lie inside src f32[5]",
                 [&] { slice({2}, {3}, {2}).infer({&src}); });
  expect_invalid("2 elements from 0 in steps of -1", [&] { slice({0}, {2}, {-1}).infer({&src}); });
  expect_invalid("1 elements from 5 in steps of 1", [&] { slice({5}, {1}, {1}).infer({&src}); });
  expect_invalid("2 elements from 0 in steps of 4611686018427387904", [&] { slice({0}, {2}, {huge}).infer({&src}); });
  expect_invalid("size 6 is out of range", [&] { slice({0}, {6}, {1}).infer({&src}); });
  expect_invalid("step along axis 0 is 0", [&] { slice({0}, {1}, {0}).infer({&src}); });
  EXPECT_EQ(slice({4}, {1}, {INT64_MIN}).infer({&src})[0].shape, (Shape{1}));
}

}  // namespace
}  // namespace convoy
