#include "ops/channel_norm.h"

#include "ops/attribute_checks.h"
#include "ops/checks.h"
#include "ops/float_values.h"

namespace convoy {

void expect_channel_axis(const TensorType& type, const char* what) {
  expect_float(type, what);
  if (type.shape.rank() < 2) invalid_input("{} is {}, expected images and channels: rank 2 or more", what, type.str());
}

void expect_epsilon(double epsilon) {
  if (!std::isfinite(epsilon) || epsilon < 0) {
    invalid_input("epsilon {} is out of range, expected a finite number that is not negative", epsilon);
  }
}

void expect_scale_and_bias(const InputTypes& inputs) {
  expect_inputs(inputs, 3);
  const TensorType &src = *inputs[0], &scale = *inputs[1], &bias = *inputs[2];
  expect_channel_axis(src, "src");
  expect_same_dtype(src, scale, "src and scale");
  expect_same_dtype(src, bias, "src and bias");
  expect_channels(scale, src.shape[1], "scale");
  expect_channels(bias, src.shape[1], "bias");
}

Region channel_region(const Region& output) {
  return {{output.begin[1]}, {output.end[1]}};
}

void normalize_groups(std::span<const Tensor* const> inputs, int64_t groups, double epsilon, Tensor& dst) {
  const Tensor& src = *inputs[0];
  if (src.elems() == 0) return;
  const std::vector<double> scale = to_doubles(inputs[1]), bias = to_doubles(inputs[2]);
  const int64_t rows = src.shape()[0] * groups, row_elems = src.elems() / rows;
  const int64_t channels = src.shape()[1], channel_elems = src.elems() / (src.shape()[0] * channels);
  visit_float(src.dtype(), [&]<class T>() {
    T* to = dst.as<T>();
    for (int64_t row = 0; row < rows; ++row) {
      const T* from = src.as<T>() + row * row_elems;
      const Moments row_moments = moments(from, row_elems, epsilon);
      for (int64_t i = 0; i < row_elems; ++i) {
        const int64_t channel = (row * row_elems + i) / channel_elems % channels;
        *to++ = convert_to<T>(row_moments.normalized(static_cast<double>(from[i])) * scale[channel] + bias[channel]);
      }
    }
  });
}

}  // namespace convoy
