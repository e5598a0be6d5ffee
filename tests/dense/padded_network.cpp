#include "dense/padded_network.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <type_traits>

#include "ops/avg_pool2d.h"
#include "ops/concat.h"
#include "ops/conv2d.h"
#include "ops/elementwise.h"
#include "ops/max_pool2d.h"
#include "ops/pad.h"
#include "ops/slice.h"

namespace convoy {
namespace {

/// Decides by the patch alone, so that the same seed gives the same layers with and without an image around it.
class Maker {
 public:
  Maker(unsigned seed, int64_t around, bool slices)
      : random_(seed), builder_("padded"), whole_(around == 0), slices_(slices), origin_{around, around} {
    extents_ = {between(8, 14), between(8, 14)};
  }

  PaddedNetwork make() {
    const int64_t channels = between(1, 3);
    ValueId x = builder_.input(
        "patch", {DType::f32, Shape{1, channels, extents_[0] + 2 * origin_[0], extents_[1] + 2 * origin_[1]}});
    for (int64_t layers = between(2, 5); layers > 0; --layers) x = layer(x);
    builder_.output(x);
    return {std::move(builder_).finish(), origin_, extents_};
  }

 private:
  int64_t between(int64_t low, int64_t high) { return std::uniform_int_distribution<int64_t>(low, high)(random_); }
  bool chance(double p) { return std::uniform_real_distribution<>(0, 1)(random_) < p; }
  std::string name() { return fmt::format("n{}", ++count_); }
  int64_t channels(ValueId x) const { return builder_.type(x).shape[1]; }

  ValueId weights(Shape of) {
    Tensor tensor(DType::f32, std::move(of));
    std::uniform_real_distribution<float> element(-1, 1);
    std::generate_n(tensor.as<float>(), tensor.elems(), [&] { return element(random_); });
    return builder_.constant(name(), std::move(tensor));
  }

  ValueId layer(ValueId x) {
    switch (between(0, 7)) {
      case 0:
        return pool(x, MaxPool2d());
      case 1:
        return pool(x, AvgPool2d());
      case 2:
        return residual(x);
      case 3:
        return joined(x);
      case 4:
        return slices_ ? cut(x) : residual(x);
      case 5:
        return explicit_pad(x);
      default:
        return activation(strided_conv(x));
    }
  }

  ValueId activation(ValueId x) {
    const Binary add = binary(BinaryKind::add);
    if (chance(0.3)) return builder_.make(add, {x, weights(Shape{channels(x), 1, 1})}, name());
    if (chance(0.2)) return builder_.make(add, {x, uniform(x)}, name());
    return builder_.make(unary(UnaryKind::relu), {x}, name());
  }

  /// A constant as large as the value, the same for all pixels.
  ValueId uniform(ValueId x) {
    Tensor tensor(DType::f32, builder_.type(x).shape);
    std::fill_n(tensor.as<float>(), tensor.elems(), 0.25f);
    return builder_.constant(name(), std::move(tensor));
  }

  /// So that windows that step `stride` begin at the patch, what lies before is cut to a multiple of it.
  ValueId aligned(ValueId x, const std::vector<int64_t>& strides) {
    Slice slice = Slice::whole(builder_.type(x).shape);
    for (int axis : {0, 1}) {
      const int64_t surplus = origin_[axis] % strides[axis];
      slice.begin[2 + axis] = surplus, slice.size[2 + axis] -= surplus;
      origin_[axis] -= surplus;
    }
    return whole_ ? x : builder_.make(slice, {x}, name());
  }

  /// Padding may be larger at one end. Something is left of the patch.
  Window2d window(const std::vector<int64_t>& kernel) {
    Window2d made;
    for (int axis : {0, 1}) {
      made.dilations[axis] = chance(0.15) ? 2 : 1;
      made.strides[axis] = chance(0.3) ? 2 : 1;
      const int64_t most = made.span(axis, kernel[axis]) - 1;
      made.pads[axis] = between(0, most), made.pads[2 + axis] = between(0, most);
      const int64_t missing = made.span(axis, kernel[axis]) - extents_[axis] - made.pads[axis] - made.pads[2 + axis];
      if (missing > 0) made.pads[2 + axis] += missing;
    }
    return made;
  }

  void step(const Window2d& window, const std::vector<int64_t>& kernel, bool ceil_mode) {
    for (int axis : {0, 1}) {
      extents_[axis] = window.output_extent(axis, extents_[axis], kernel[axis], ceil_mode);
      origin_[axis] /= window.strides[axis];
    }
  }

  ValueId conv(ValueId x, const std::vector<int64_t>& kernel, const Window2d& window, int64_t to) {
    Conv2d op;
    op.window = window;
    return builder_.make(op, {x, weights(Shape{to, channels(x), kernel[0], kernel[1]}), weights(Shape{to})}, name());
  }

  ValueId strided_conv(ValueId x) {
    const std::vector<int64_t> kernel = {between(1, 4), between(1, 4)};
    const Window2d made = window(kernel);
    x = conv(aligned(x, made.strides), kernel, made, between(1, 3));
    step(made, kernel, false);
    return x;
  }

  template <class Pool>
  ValueId pool(ValueId x, Pool op) {
    op.kernel = {between(1, 3), between(1, 3)};
    op.ceil_mode = chance(0.3);
    op.window = window(op.kernel);
    if constexpr (std::is_same_v<Pool, AvgPool2d>) op.count_include_pad = false;
    x = aligned(x, op.window.strides);
    step(op.window, op.kernel, op.ceil_mode);
    return builder_.make(op, {x}, name());
  }

  ValueId same_conv(ValueId x, int64_t to) {
    const int64_t half = between(0, 2);
    Window2d window;
    window.pads = {half, half, half, half};
    return conv(x, {2 * half + 1, 2 * half + 1}, window, to);
  }

  ValueId residual(ValueId x) {
    const ValueId inner = activation(same_conv(x, channels(x)));
    return builder_.make(binary(BinaryKind::add), {same_conv(inner, channels(x)), x}, name());
  }

  ValueId joined(ValueId x) {
    Concat op;
    op.axis = 1;
    const ValueId a = same_conv(x, 1);
    return builder_.make(op, {a, x, same_conv(x, 2)}, name());
  }

  ValueId explicit_pad(ValueId x) {
    Pad op;
    op.mode = chance(0.5) ? PadMode::edge : PadMode::constant;
    op.begin = {0, 0, between(0, 2), between(0, 2)};
    op.end = {0, 0, between(0, 2), between(0, 2)};
    for (int axis : {0, 1}) {
      extents_[axis] += op.begin[2 + axis] + op.end[2 + axis];
      if (!whole_) origin_[axis] -= op.begin[2 + axis];
    }
    return whole_ ? builder_.make(op, {x}, name()) : x;
  }

  /// A part of the patch, every second row perhaps; of the image around it, all that lies in step with that.
  ValueId cut(ValueId x) {
    Slice slice = Slice::whole(builder_.type(x).shape);
    for (int axis : {0, 1}) {
      const int64_t step = chance(0.2) && extents_[axis] > 2 ? 2 : 1, begin = between(0, extents_[axis] / 3);
      const int64_t size = between(1, (extents_[axis] - begin - 1) / step + 1);
      const int64_t first = whole_ ? begin : (origin_[axis] + begin) % step, all = slice.size[2 + axis];
      slice.begin[2 + axis] = first, slice.step[2 + axis] = step;
      slice.size[2 + axis] = whole_ ? size : (all - first - 1) / step + 1;
      origin_[axis] = whole_ ? 0 : (origin_[axis] + begin) / step;
      extents_[axis] = size;
    }
    return builder_.make(slice, {x}, name());
  }

  std::mt19937 random_;
  GraphBuilder builder_;
  const bool whole_;  ///< the patch is all there is
  const bool slices_;
  std::array<int64_t, 2> origin_, extents_ = {};
  int count_ = 0;
};

}  // namespace

PaddedNetwork padded_network(unsigned seed, int64_t around, bool slices) {
  return Maker(seed, around, slices).make();
}

}  // namespace convoy
