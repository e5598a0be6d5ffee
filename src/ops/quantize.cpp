#include "ops/quantize.h"

#include <algorithm>
#include <cmath>

#include "ops/checks.h"
#include "ops/index.h"
#include "support/arithmetic.h"
#include "support/dtypes.h"

namespace convoy {
namespace {

enum { kSrc, kScale, kZero };

template <class T>
constexpr bool kIsQuantised = kIsInteger<T> && sizeof(T) <= 2;

void check_parameter(const TensorType& parameter, const Shape& src, int64_t axis, const char* what) {
  if (parameter.shape.elems() == 1) return;
  const int of = resolve_axis(axis, src.rank());
  if (parameter.shape == Shape{src[of]}) return;
  invalid_input("{} is {}, expected one element, or one for each of the {} indices of axis {} of {}", what,
                parameter.str(), src[of], of, src.str());
}

void check_parameters(const InputTypes& inputs, DType quantised, int64_t axis) {
  expect_inputs(inputs, 2, 3);
  expect_dtype(*inputs[kScale], DType::f32, "scale");
  check_parameter(*inputs[kScale], inputs[kSrc]->shape, axis, "scale");
  if (inputs.size() <= kZero || !inputs[kZero]) return;
  expect_dtype(*inputs[kZero], quantised, "the zero point");
  check_parameter(*inputs[kZero], inputs[kSrc]->shape, axis, "the zero point");
}

/// The strides that read a parameter by indices of src.
std::vector<int64_t> parameter_strides(const Tensor* parameter, const Shape& src, int64_t axis) {
  if (!parameter) return std::vector<int64_t>(src.rank(), 0);
  return broadcast_strides(parameter_shape(parameter->shape(), src.rank(), axis), src);
}

/// Calls fn(i, scale, zero) for every element of src; T is the quantised type.
template <class T, class Fn>
void for_each_element(std::span<const Tensor* const> inputs, int64_t axis, Fn&& fn) {
  const Tensor* zero = inputs.size() > kZero ? inputs[kZero] : nullptr;
  const Shape& shape = inputs[kSrc]->shape();
  const std::array strides{parameter_strides(inputs[kScale], shape, axis), parameter_strides(zero, shape, axis)};
  for_each_offset<2>(shape, strides, [&](int64_t i, const std::array<int64_t, 2>& at) {
    fn(i, inputs[kScale]->as<float>()[at[0]], zero ? zero->as<T>()[at[1]] : T(0));
  });
}

/// The region of an input that a region of dst is computed from.
Region element_region(int index, const Region& output, const InputTypes& inputs) {
  return index == kSrc ? output : Region::whole(inputs[index]->shape);
}

}  // namespace

Shape parameter_shape(const Shape& parameter, int rank, int64_t axis) {
  if (parameter.elems() == 1) return {};
  std::vector<int64_t> dims(rank - resolve_axis(axis, rank), 1);
  dims[0] = parameter.elems();
  return Shape(std::move(dims));
}

Quantize quantize_to(DType to, int64_t axis) {
  Quantize op;
  op.to = to;
  op.axis = axis;
  visit_dtype(to, [&]<class T>() {
    if constexpr (kIsQuantised<T>) {
      op.low = std::numeric_limits<T>::min();
      op.high = std::numeric_limits<T>::max();
    }
  });
  return op;
}

std::vector<TensorType> Quantize::infer(const InputTypes& inputs) const {
  check_parameters(inputs, to, axis);
  expect_dtype(*inputs[kSrc], DType::f32, "src");
  visit_dtype(to, [&]<class T>() {
    if constexpr (kIsQuantised<T>) {
      if (std::in_range<T>(low) && std::in_range<T>(high) && low <= high) return;
      invalid_input("the bounds {} and {} are no range of {}", low, high, to_string(to));
    } else {
      invalid_input("the result is {}, expected i8, u8, i16 or u16", to_string(to));
    }
  });
  return {{to, inputs[kSrc]->shape}};
}

void Quantize::reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const {
  const auto* src = inputs[kSrc]->as<float>();
  const auto least = static_cast<float>(low), most = static_cast<float>(high);
  visit_dtype(to, [&]<class T>() {
    for_each_element<T>(inputs, axis, [&](int64_t i, float scale, T zero) {
      const float rounded = std::nearbyint(src[i] / scale) + static_cast<float>(zero);
      outputs[0].as<T>()[i] = convert_to<T>(rounded < least ? least : rounded > most ? most : rounded);
    });
  });
}

Region Quantize::input_region(int index, const Region& output, const InputTypes& inputs) const {
  return element_region(index, output, inputs);
}

Dequantize dequantize(int64_t axis) {
  Dequantize op;
  op.axis = axis;
  return op;
}

std::vector<TensorType> Dequantize::infer(const InputTypes& inputs) const {
  expect_inputs(inputs, 2, 3);
  const TensorType& src = *inputs[kSrc];
  check_parameters(inputs, src.dtype, axis);
  const bool known = is_integer(src.dtype) && (size_of(src.dtype) <= 2 || src.dtype == DType::i32);
  if (!known) invalid_input("src is {}, expected i8, u8, i16, u16 or i32", src.str());
  return {{DType::f32, src.shape}};
}

void Dequantize::reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const {
  visit_dtype(inputs[kSrc]->dtype(), [&]<class T>() {
    if constexpr (kIsInteger<T>) {
      for_each_element<T>(inputs, axis, [&](int64_t i, float scale, T zero) {
        const int32_t difference =
            wrapping_sub(static_cast<int32_t>(inputs[kSrc]->as<T>()[i]), static_cast<int32_t>(zero));
        outputs[0].as<float>()[i] = static_cast<float>(difference) * scale;
      });
    }
  });
}

Region Dequantize::input_region(int index, const Region& output, const InputTypes& inputs) const {
  return element_region(index, output, inputs);
}

}  // namespace convoy
