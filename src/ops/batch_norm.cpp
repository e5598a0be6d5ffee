#include "ops/batch_norm.h"

#include <cmath>

#include "ops/attribute_checks.h"
#include "ops/channel_norm.h"
#include "ops/checks.h"
#include "ops/float_values.h"

namespace convoy {
namespace {

constexpr const char* kParameters[] = {"scale", "bias", "mean", "variance"};

template <class T>
void normalize(const Tensor& src, const std::vector<double>& factor, const std::vector<double>& offset, Tensor& dst) {
  const int64_t channels = src.shape()[1], images = src.shape()[0];
  const int64_t plane = channels == 0 || images == 0 ? 0 : src.elems() / (channels * images);
  const T* from = src.as<T>();
  T* to = dst.as<T>();
  for (int64_t i = 0; i < images * channels; ++i) {
    for (int64_t j = 0; j < plane; ++j) {
      *to++ = convert_to<T>(static_cast<double>(*from++) * factor[i % channels] + offset[i % channels]);
    }
  }
}

}  // namespace

std::vector<TensorType> BatchNorm::infer(const InputTypes& inputs) const {
  expect_inputs(inputs, 5);
  expect_channel_axis(*inputs[0], "src");
  expect_epsilon(epsilon);
  for (size_t i = 1; i < inputs.size(); ++i) {
    expect_float(*inputs[i], kParameters[i - 1]);
    expect_channels(*inputs[i], inputs[0]->shape[1], kParameters[i - 1]);
  }
  return {*inputs[0]};
}

void BatchNorm::reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const {
  const std::vector<double> scale = to_doubles(inputs[1]), bias = to_doubles(inputs[2]);
  const std::vector<double> mean = to_doubles(inputs[3]), variance = to_doubles(inputs[4]);
  std::vector<double> factor, offset;
  for (size_t c = 0; c < scale.size(); ++c) {
    factor.push_back(scale[c] / std::sqrt(variance[c] + epsilon));
    offset.push_back(bias[c] - mean[c] * factor[c]);
  }
  visit_float(inputs[0]->dtype(), [&]<class T>() { normalize<T>(*inputs[0], factor, offset, outputs[0]); });
}

Region BatchNorm::input_region(int index, const Region& output, const InputTypes& inputs) const {
  return index == 0 ? output : channel_region(output);
}

}  // namespace convoy
