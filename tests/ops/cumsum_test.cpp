#include "ops/cumsum.h"

#include <gtest/gtest.h>

#include "support/run_op.h"

namespace convoy {
namespace {

std::vector<float> cumsum(bool exclusive, bool reverse) {
  CumSum op;
  op.axis = 1;
  op.exclusive = exclusive;
  op.reverse = reverse;
  return values_of<float>(run_op1(op, {make_tensor<float>({2, 3}, {1, 2, 3, 4, 5, 6})}));
}

TEST(CumSum, AddsUp) {
  expect_near(cumsum(false, false), {1, 3, 6, 4, 9, 15});
  expect_near(cumsum(true, false), {0, 1, 3, 0, 4, 9});
  expect_near(cumsum(false, true), {6, 5, 3, 15, 11, 6});
  expect_near(cumsum(true, true), {5, 3, 0, 11, 6, 0});
}

}  // namespace
}  // namespace convoy
