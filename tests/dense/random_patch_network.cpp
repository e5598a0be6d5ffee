#include "dense/random_patch_network.h"

#include <fmt/format.h>

#include <algorithm>

#include "ops/avg_pool2d.h"
#include "ops/concat.h"
#include "ops/conv2d.h"
#include "ops/elementwise.h"
#include "ops/matmul.h"
#include "ops/max_pool2d.h"
#include "ops/reduce.h"
#include "ops/reshape.h"
#include "ops/slice.h"

namespace convoy {
namespace {

class Maker {
 public:
  explicit Maker(unsigned seed) : random_(seed), builder_("patch") {}

  RandomPatchNetwork make() {
    const int64_t channels = between(1, 3), height = between(6, 20), width = chance(0.8) ? height : between(6, 20);
    ValueId x = builder_.input("patch", {DType::f32, Shape{1, channels, height, width}});
    const int64_t layers = between(1, 5);
    for (int64_t i = 0; i < layers && smaller_side(x) > 1; ++i) x = layer(x);
    RandomPatchNetwork network;
    if (chance(0.15)) {
      network.block = square(x);
    } else {
      network.block = chance(0.5) ? between(2, 4) : 1;
      x = head(x, network.block);
    }
    network.step = network.block > 1 ? network.block : between(1, 5);
    builder_.output(x);
    network.graph = std::move(builder_).finish();
    return network;
  }

 private:
  int64_t between(int64_t low, int64_t high) { return std::uniform_int_distribution<int64_t>(low, high)(random_); }
  bool chance(double p) { return std::uniform_real_distribution<>(0, 1)(random_) < p; }
  const Shape& shape(ValueId id) const { return builder_.type(id).shape; }
  int64_t smaller_side(ValueId id) const { return std::min(shape(id)[2], shape(id)[3]); }
  std::string name() { return fmt::format("n{}", ++count_); }

  ValueId weights(Shape of) {
    Tensor tensor(DType::f32, std::move(of));
    std::uniform_real_distribution<float> element(-1, 1);
    std::generate_n(tensor.as<float>(), tensor.elems(), [&] { return element(random_); });
    return builder_.constant(name(), std::move(tensor));
  }

  ValueId layer(ValueId x) {
    switch (between(0, 9)) {
      case 0:
        return max_pool(x);
      case 1:
        return average_pool(x);
      case 2:
        return branches(x);
      case 3:
        return cut(x);
      default:
        return activation(conv(x, window(x, true), between(1, 5)));
    }
  }

  struct Window {
    std::vector<int64_t> kernel;
    Window2d window;
  };

  /// One that fits into the image along both axes.
  Window window(ValueId x, bool padded) {
    Window made{{1, 1}, {}};
    for (int axis = 0; axis < 2; ++axis) {
      const int64_t extent = shape(x)[2 + axis];
      made.kernel[axis] = between(1, std::min<int64_t>(4, extent));
      made.window.dilations[axis] =
          made.kernel[axis] > 1 && (made.kernel[axis] - 1) * 2 < extent && chance(0.15) ? 2 : 1;
      made.window.strides[axis] = chance(0.7) ? 1 : between(2, 3);
      if (padded && made.kernel[axis] > 1 && chance(0.1)) made.window.pads[axis] = made.window.pads[axis + 2] = 1;
    }
    return made;
  }

  ValueId conv(ValueId x, const Window& window, int64_t channels) {
    Conv2d op;
    op.window = window.window;
    const int64_t from = shape(x)[1];
    if (chance(0.2)) op.group = from, channels = from;
    std::vector<ValueId> inputs = {x, weights(Shape{channels, from / op.group, window.kernel[0], window.kernel[1]})};
    if (chance(0.7)) inputs.push_back(weights(Shape{channels}));
    return builder_.make(op, inputs, name());
  }

  ValueId activation(ValueId x) {
    switch (between(0, 4)) {
      case 0:
        return x;
      case 1:
        return builder_.make(binary(BinaryKind::prelu), {x, weights(Shape{shape(x)[1], 1, 1})}, name());
      case 2:
        return builder_.make(binary(BinaryKind::mul), {weights(Shape{}), x}, name());
      case 3:
        return builder_.make(binary(BinaryKind::add), {x, weights(Shape{1, 1, chance(0.1) ? shape(x)[2] : 1, 1})},
                             name());
      default:
        return builder_.make(unary(UnaryKind::relu), {x}, name());
    }
  }

  ValueId max_pool(ValueId x) {
    const Window w = window(x, true);
    MaxPool2d op;
    op.kernel = w.kernel, op.window = w.window, op.ceil_mode = chance(0.2);
    return builder_.make(op, {x}, name());
  }

  ValueId average_pool(ValueId x) {
    const Window w = window(x, false);
    AvgPool2d op;
    op.kernel = w.kernel, op.window = w.window;
    return builder_.make(op, {x}, name());
  }

  /// Two ways with the same window, joined or added; or a way beside what is left of the image in the middle.
  ValueId branches(ValueId x) {
    const Window w = window(x, false);
    const int64_t channels = between(1, 3);
    Window alike = w;
    if (chance(0.5)) return join(conv(x, w, channels), conv(x, alike, channels));
    const Window small{{std::min<int64_t>(3, shape(x)[2]), std::min<int64_t>(3, shape(x)[3])}, {}};
    const ValueId inner = conv(x, small, shape(x)[1]);
    return join(inner, crop(x, (small.kernel[0] - 1) / 2, (small.kernel[1] - 1) / 2, shape(inner)[2], shape(inner)[3]));
  }

  ValueId join(ValueId a, ValueId b) {
    if (shape(a) == shape(b) && chance(0.5)) return builder_.make(binary(BinaryKind::add), {a, b}, name());
    Concat op;
    op.axis = 1;
    return builder_.make(op, {a, b}, name());
  }

  ValueId crop(ValueId x, int64_t top, int64_t left, int64_t rows, int64_t cols) {
    Slice op = Slice::whole(shape(x));
    op.begin[2] = top, op.begin[3] = left, op.size[2] = rows, op.size[3] = cols;
    return builder_.make(op, {x}, name());
  }

  ValueId cut(ValueId x) {
    const int64_t rows = between(1, shape(x)[2]), cols = between(1, shape(x)[3]);
    return crop(x, between(0, shape(x)[2] - rows), between(0, shape(x)[3] - cols), rows, cols);
  }

  /// The largest square part of the map is the block; its side.
  int64_t square(ValueId& x) {
    const int64_t side = smaller_side(x);
    x = crop(x, shape(x)[2] - side, 0, side, side);
    return side;
  }

  /// One vector a patch: its pixels, or what a classifier says.
  ValueId head(ValueId x, int64_t block) {
    if (chance(0.3)) {
      Reduce op;
      op.kind = chance(0.5) ? ReduceKind::mean : ReduceKind::max;
      op.axes = {2, 3};
      x = builder_.make(op, {x}, name());
    }
    for (int64_t layers = between(1, 2); layers > 0; --layers) {
      const int64_t k = shape(x).elems(), n = layers == 1 ? between(1, 3) * block * block : between(1, 6);
      Reshape row;
      row.shape = Shape{1, k};
      x = builder_.make(row, {x}, name());
      const bool transposed = chance(0.5);
      MatMul op;
      op.trans_b = transposed;
      x = builder_.make(op, {x, weights(transposed ? Shape{n, k} : Shape{k, n})}, name());
      x = builder_.make(binary(BinaryKind::add), {x, weights(Shape{n})}, name());
      if (layers == 2) x = builder_.make(unary(UnaryKind::relu), {x}, name());
    }
    return x;
  }

  std::mt19937 random_;
  GraphBuilder builder_;
  int count_ = 0;
};

}  // namespace

RandomPatchNetwork random_patch_network(unsigned seed) {
  return Maker(seed).make();
}

}  // namespace convoy
