#include "ops/lrn.h"

#include <algorithm>
#include <cmath>

#include "ops/attribute_checks.h"
#include "ops/channel_norm.h"
#include "ops/checks.h"
#include "ops/float_values.h"

namespace convoy {
namespace {

template <class T>
double sum_of_squares(const T* first, int64_t count, int64_t stride) {
  double sum = 0;
  for (int64_t i = 0; i < count; ++i) {
    const auto value = static_cast<double>(first[i * stride]);
    sum += value * value;
  }
  return sum;
}

template <class T>
void normalize(const Lrn& op, const Tensor& src, Tensor& dst) {
  const int64_t channels = src.shape()[1], image = src.elems() / src.shape()[0], plane = image / channels;
  for (int64_t i = 0; i < src.elems(); ++i) {
    const int64_t c = i % image / plane;
    const Range range = op.channels({c, c + 1}, channels);
    const T* first = src.as<T>() + i + (range.begin - c) * plane;
    const double squares = sum_of_squares(first, range.end - range.begin, plane);
    const double divisor = std::pow(op.bias + op.alpha / static_cast<double>(op.size) * squares, op.beta);
    dst.as<T>()[i] = convert_to<T>(static_cast<double>(src.as<T>()[i]) / divisor);
  }
}

}  // namespace

Range Lrn::channels(const Range& out, int64_t channel_count) const {
  if (out.empty()) return {0, 0};
  return clipped({out.begin - (size - 1) / 2, out.end + size / 2}, channel_count);
}

std::vector<TensorType> Lrn::infer(const InputTypes& inputs) const {
  expect_inputs(inputs, 1);
  expect_channel_axis(*inputs[0], "src");
  expect_range(size, 1, kMaxExtent, "size");
  return {*inputs[0]};
}

void Lrn::reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const {
  if (inputs[0]->elems() == 0) return;
  visit_float(inputs[0]->dtype(), [&]<class T>() { normalize<T>(*this, *inputs[0], outputs[0]); });
}

Region Lrn::input_region(int index, const Region& output, const InputTypes& inputs) const {
  Region region = output;
  set_range(region, 1, channels(range_of(output, 1), inputs[0]->shape[1]));
  return region;
}

int64_t Lrn::reference_steps(const InputTypes& inputs, const std::vector<TensorType>& outputs) const {
  return inputs[0]->shape.elems() * (1 + std::min(size, inputs[0]->shape[1]));
}

}  // namespace convoy
