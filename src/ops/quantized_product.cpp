#include "ops/quantized_product.h"

#include <algorithm>
#include <limits>

#include "ops/attribute_checks.h"
#include "ops/checks.h"
#include "ops/index.h"
#include "ops/lanes.h"
#include "ops/requantize.h"

namespace convoy {
namespace {

template <class T>
void multiply(const QuantizedProduct& op, const Tensor& src, Tensor& dst) {
  constexpr int64_t kLow = std::numeric_limits<T>::min(), kHigh = std::numeric_limits<T>::max();
  const Shape& shape = src.shape();
  const Shape kept = reduced_shape(shape, resolve_axes(op.axes, shape.rank()), true);
  const auto scaled = [&](int64_t value) {
    return scale_fixed_point(value, static_cast<int32_t>(op.multiplier), static_cast<int>(op.shift));
  };
  std::vector<int32_t> products(dst.elems());
  std::vector<bool> begun(dst.elems(), false);
  const std::array strides{broadcast_strides(kept, shape)};
  for_each_offset<1>(shape, strides, [&](int64_t i, const std::array<int64_t, 1>& at) {
    const auto x = static_cast<int32_t>(src.as<T>()[i] - op.src_zero);
    products[at[0]] = begun[at[0]] ? scaled(int64_t{products[at[0]]} * x) : x;
    begun[at[0]] = true;
  });
  for (int64_t i = 0; i < dst.elems(); ++i) {
    dst.as<T>()[i] = static_cast<T>(std::clamp(scaled(int64_t{products[i]}) + op.dst_zero, kLow, kHigh));
  }
}

}  // namespace

std::vector<TensorType> QuantizedProduct::infer(const InputTypes& inputs) const {
  expect_inputs(inputs, 1);
  const TensorType& src = *inputs[0];
  if (src.dtype != DType::i8) expect_dtype(src, DType::i16, "src");
  const int64_t most = src.dtype == DType::i8 ? 127 : 32767;
  expect_range(src_zero, -most - 1, most, "src_zero");
  expect_range(dst_zero, -most - 1, most, "dst_zero");
  expect_range(multiplier, 0, std::numeric_limits<int32_t>::max(), "multiplier");
  expect_range(shift, -31, 7, "shift");
  return {{src.dtype, reduced_shape(src.shape, resolve_axes(axes, src.shape.rank()), keepdims)}};
}

void QuantizedProduct::reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const {
  if (inputs[0]->dtype() == DType::i8) return multiply<int8_t>(*this, *inputs[0], outputs[0]);
  multiply<int16_t>(*this, *inputs[0], outputs[0]);
}

Region QuantizedProduct::input_region(int index, const Region& output, const InputTypes& inputs) const {
  const Shape& shape = inputs[index]->shape;
  return reduced_region(shape, output, resolve_axes(axes, shape.rank()), keepdims);
}

}  // namespace convoy
