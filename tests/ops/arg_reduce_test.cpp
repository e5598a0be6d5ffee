#include "ops/arg_reduce.h"

#include <gtest/gtest.h>

#include <limits>

#include "support/expect_error.h"
#include "support/run_op.h"

namespace convoy {
namespace {

ArgReduce arg_reduce(ArgReduceKind kind, int64_t axis, bool keepdims = false, bool select_last = false) {
  ArgReduce op;
  op.kind = kind;
  op.axis = axis;
  op.keepdims = keepdims;
  op.select_last = select_last;
  return op;
}

TEST(ArgReduce, FindsTheExtremes) {
  const Tensor src = make_tensor<float>({2, 3}, {1, 5, 5, 7, 2, 2});
  const auto run = [&](const ArgReduce& op) { return values_of<int64_t>(run_op1(op, {src})); };
  EXPECT_EQ(run(arg_reduce(ArgReduceKind::max, 1)), (std::vector<int64_t>{1, 0}));
  EXPECT_EQ(run(arg_reduce(ArgReduceKind::max, -1, false, true)), (std::vector<int64_t>{2, 0}));
  EXPECT_EQ(run(arg_reduce(ArgReduceKind::min, 1)), (std::vector<int64_t>{0, 1}));
  EXPECT_EQ(run(arg_reduce(ArgReduceKind::min, 1, false, true)), (std::vector<int64_t>{0, 2}));
  EXPECT_EQ(run(arg_reduce(ArgReduceKind::max, 0)), (std::vector<int64_t>{1, 0, 0}));
  EXPECT_EQ(run_op1(arg_reduce(ArgReduceKind::max, 0, true), {src}).shape(), Shape({1, 3}));
}

TEST(ArgReduce, PrefersNan) {
  const Tensor src = Tensor::of<float>({1, std::numeric_limits<float>::quiet_NaN(), 2});
  for (ArgReduceKind kind : {ArgReduceKind::max, ArgReduceKind::min}) {
    EXPECT_EQ(values_of<int64_t>(run_op1(arg_reduce(kind, 0), {src})), (std::vector<int64_t>{1}));
  }
}

TEST(ArgReduce, RefusesAnEmptyAxis) {
  const TensorType src{DType::f32, {2, 0}};
  expect_invalid("src is f32[2x0], it has no elements along axis 1",
                 [&] { arg_reduce(ArgReduceKind::max, 1).infer({&src}); });
}

}  // namespace
}  // namespace convoy
