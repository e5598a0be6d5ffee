#include "ops/quantized_l2_norm.h"

#include <algorithm>
#include <limits>

#include "ops/attribute_checks.h"
#include "ops/checks.h"
#include "ops/lanes.h"
#include "support/arithmetic.h"
#include "support/inverse_root.h"

namespace convoy {
namespace {

/// 128 is the number that stands for 1.
constexpr int kResultBits = 7;

/// The fixed-point product, before it is clamped. That of u8 is shifted to the left before it is rounded.
template <class T>
int32_t normalised(int32_t x, const InverseRoot& root, Rounding rounding) {
  if constexpr (std::is_signed_v<T>) {
    return scale_fixed_point(x, root.multiplier, root.shift + kResultBits, rounding);
  } else {
    return (1 << kResultBits) + scale_fixed_point(x << kResultBits, root.multiplier, root.shift, rounding);
  }
}

template <class T>
void normalise_lane(const QuantizedL2Norm& op, const T* src, T* dst, int64_t extent) {
  constexpr int32_t kLow = std::numeric_limits<T>::min(), kHigh = std::numeric_limits<T>::max();
  const auto zero = static_cast<int32_t>(op.zero);
  int32_t sum = 0;
  for (int64_t i = 0; i < extent; ++i) {
    const int32_t x = src[i] - zero;
    sum = wrapping_add(sum, x * x);
  }
  const InverseRoot root = inverse_root(sum);
  for (int64_t i = 0; i < extent; ++i) {
    dst[i] = static_cast<T>(std::clamp(normalised<T>(src[i] - zero, root, op.rounding), kLow, kHigh));
  }
}

}  // namespace

std::vector<TensorType> QuantizedL2Norm::infer(const InputTypes& inputs) const {
  expect_inputs(inputs, 1);
  const TensorType& src = *inputs[0];
  if (src.dtype != DType::i8) expect_dtype(src, DType::u8, "src");
  if (src.shape.rank() == 0) invalid_input("src is {}, expected an axis", src.str());
  const bool is_signed = src.dtype == DType::i8;
  expect_range(zero, is_signed ? -128 : 0, is_signed ? 127 : 255, "zero");
  return {src};
}

void QuantizedL2Norm::reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const {
  const Shape& shape = inputs[0]->shape();
  const int64_t extent = shape[shape.rank() - 1];
  for (int64_t begin = 0; begin < shape.elems(); begin += extent) {
    if (inputs[0]->dtype() == DType::i8) {
      normalise_lane(*this, inputs[0]->as<int8_t>() + begin, outputs[0].as<int8_t>() + begin, extent);
    } else {
      normalise_lane(*this, inputs[0]->as<uint8_t>() + begin, outputs[0].as<uint8_t>() + begin, extent);
    }
  }
}

Region QuantizedL2Norm::input_region(int index, const Region& output, const InputTypes& inputs) const {
  const Shape& shape = inputs[0]->shape;
  return whole_along(output, shape.rank() - 1, shape[shape.rank() - 1]);
}

}  // namespace convoy
