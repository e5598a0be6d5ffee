// What the normalisations (batch, group, instance, layer) share.
#pragma once

#include <cmath>
#include <cstdint>

#include "graph/op.h"

namespace convoy {

/// `type` is a floating-point tensor with images along axis 0 and channels along axis 1.
void expect_channel_axis(const TensorType& type, const char* what);

/// Finite and not negative.
void expect_epsilon(double epsilon);

/// Inputs src, scale and bias have one dtype; the latter two have one value for each channel of src.
void expect_scale_and_bias(const InputTypes& inputs);

/// The part of a per-channel parameter that `output` (a region of N,C,...) depends on.
Region channel_region(const Region& output);

/// Mean and 1 / sqrt(variance + epsilon) of some elements, with the biased variance.
struct Moments {
  double mean = 0, inverse_deviation = 0;

  double normalized(double value) const { return (value - mean) * inverse_deviation; }
};

template <class T>
Moments moments(const T* values, int64_t count, double epsilon) {
  double sum = 0, squares = 0;
  for (int64_t i = 0; i < count; ++i) sum += static_cast<double>(values[i]);
  const double mean = sum / static_cast<double>(count);
  for (int64_t i = 0; i < count; ++i) {
    const double deviation = static_cast<double>(values[i]) - mean;
    squares += deviation * deviation;
  }
  return {mean, 1 / std::sqrt(squares / static_cast<double>(count) + epsilon)};
}

/// The reference loops of group normalisation: instance normalisation has as many groups as channels.
void normalize_groups(std::span<const Tensor* const> inputs, int64_t groups, double epsilon, Tensor& dst);

}  // namespace convoy
