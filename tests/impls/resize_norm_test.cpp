#include <gtest/gtest.h>

#include "impls/harness.h"
#include "impls/norm/list.h"
#include "impls/resize/list.h"
#include "ops/lrn.h"
#include "ops/resize.h"

namespace convoy {
namespace {

const std::vector<int64_t> kChannels = {1, 3, 15, 16, 17, 40};

void check_resize(Resize op, const Shape& src, int64_t h, int64_t w) {
  op.shape = Shape{src[0], src[1], h, w};
  check(*resize_impls().front(),
        [&](CaseBuilder& b) { return b.add(unary(UnaryKind::relu), {b.add(op, {b.input(src)})}); },
        {.ulps = 4, .terms = 24});
}

TEST(Resize, ModesAndChannels) {
  for (ResizeMode mode : {ResizeMode::nearest, ResizeMode::linear, ResizeMode::cubic}) {
    Resize op;
    op.mode = mode;
    for (int64_t c : kChannels) check_resize(op, Shape{1, c, 5, 7}, 10, 14);
    check_resize(op, Shape{2, 8, 9, 6}, 5, 11);
    check_resize(op, Shape{1, 8, 1, 3}, 4, 1);
  }
}

TEST(Resize, CoordinateModes) {
  for (CoordinateMode mode :
       {CoordinateMode::half_pixel, CoordinateMode::half_pixel_symmetric, CoordinateMode::pytorch_half_pixel,
        CoordinateMode::align_corners, CoordinateMode::asymmetric, CoordinateMode::tf_half_pixel_for_nn}) {
    Resize op;
    op.coordinates = mode;
    check_resize(op, Shape{1, 20, 4, 5}, 9, 8);
    op.mode = ResizeMode::linear;
    if (mode != CoordinateMode::tf_half_pixel_for_nn) check_resize(op, Shape{1, 20, 4, 5}, 9, 8);
  }
}

TEST(Lrn, ShapesAndPowers) {
  for (int64_t c : kChannels) {
    for (double beta : {0.75, 0.6, 0.5, 1.0}) {
      Lrn op;
      op.size = 5;
      op.alpha = 0.3;
      op.beta = beta;
      check(*lrn_impls().front(),
            [&](CaseBuilder& b) {
              return b.add(op, {b.input(Shape{1, c, 3, 4}, {-3, 3})});
            },
            {.ulps = 16, .terms = 4, .scale = 3});
    }
  }
  Lrn even;
  even.size = 4;
  check(*lrn_impls().front(),
        [&](CaseBuilder& b) {
          return b.add(even, {b.input(Shape{1, 21, 3, 4})});
        },
        {.ulps = 16, .terms = 4});
}

}  // namespace
}  // namespace convoy
