#include "ops/avg_pool2d.h"

#include <algorithm>

#include "ops/checks.h"
#include "ops/float_values.h"
#include "ops/index.h"
#include "ops/pool2d.h"

namespace convoy {
namespace {

template <class T>
T quotient(double sum, int64_t divisor) {
  return convert_to<T>(sum / static_cast<double>(divisor));
}

/// Rounded to the nearest, halves away from zero.
template <class T>
T quotient(int64_t sum, int64_t divisor) {
  return static_cast<T>((sum < 0 ? sum - divisor / 2 : sum + divisor / 2) / divisor);
}

template <class T>
void pool(const AvgPool2d& op, const Tensor& src, Tensor& dst) {
  const Extent2d kernel{op.kernel[0], op.kernel[1]}, plane{src.shape()[2], src.shape()[3]};
  const int64_t channels = src.shape()[1];
  T* out = dst.as<T>();
  for_each_index(dst.shape(), [&](std::span<const int64_t> index) {
    const T* from = src.as<T>() + (index[0] * channels + index[1]) * plane.h * plane.w;
    std::conditional_t<kIsFloat<T>, double, int64_t> sum = 0;
    for_each_tap(op.window, kernel, plane, index[2], index[3],
                 [&](int64_t, int64_t, int64_t y, int64_t x) { sum += from[y * plane.w + x]; });
    *out++ = quotient<T>(sum, op.divisor(index[2], index[3], plane));
  });
}

}  // namespace

int64_t AvgPool2d::divisor(int64_t oh, int64_t ow, const Extent2d& plane) const {
  const auto along = [&](int axis, int64_t out, int64_t extent) {
    const int64_t before = count_include_pad ? window.pads[axis] : 0;
    const int64_t after = count_include_pad ? window.pads[axis + 2] : 0;
    const Range taps = window.taps_within(axis, out, kernel[axis], {-before, extent + after});
    return taps.end - taps.begin;
  };
  return std::max<int64_t>(1, along(0, oh, plane.h) * along(1, ow, plane.w));
}

std::vector<TensorType> AvgPool2d::infer(const InputTypes& inputs) const {
  expect_inputs(inputs, 1);
  const DType dtype = inputs[0]->dtype;
  if (dtype != DType::i8 && dtype != DType::u8 && dtype != DType::i16) expect_float(*inputs[0], "src");
  if (is_integer(dtype) && count_include_pad) invalid_input("the average of integers does not count padding");
  return {{inputs[0]->dtype, pooled_shape(*inputs[0], kernel, window, ceil_mode)}};
}

void AvgPool2d::reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const {
  visit_dtype(inputs[0]->dtype(), [&]<class T>() {
    if constexpr (!kIsBool<T>) pool<T>(*this, *inputs[0], outputs[0]);
  });
}

Region AvgPool2d::input_region(int index, const Region& output, const InputTypes& inputs) const {
  return window.input_region({kernel[0], kernel[1]}, output, inputs[0]->shape);
}

int64_t AvgPool2d::reference_steps(const InputTypes& inputs, const std::vector<TensorType>& outputs) const {
  return pooling_steps(*inputs[0], kernel, outputs[0]);
}

}  // namespace convoy
