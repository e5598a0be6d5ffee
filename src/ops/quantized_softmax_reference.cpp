#include <algorithm>
#include <array>
#include <bit>

#include "ops/quantized_softmax.h"
#include "support/arithmetic.h"
#include "support/dtypes.h"
#include "support/fixed_point.h"

namespace convoy {
namespace {

/// Numbers are named for their bits before the point: q0 is a fraction of 2^31, q5 of 2^26.
/// exp(x) for x in [-1/4, 0), q0: the Taylor series around -1/8 up to x^4.
int32_t exp_near_zero(int32_t x_q0) {
  constexpr int32_t kExpOfEighth = 1895147668, kThird = 715827883;
  const int32_t x = x_q0 + (1 << 28);
  const int32_t x2 = doubling_high_product(x, x);
  const int32_t x3 = doubling_high_product(x2, x), x4 = doubling_high_product(x2, x2);
  const int32_t cubic = doubling_high_product(divide_by_power(x4, 2) + x3, kThird);
  const int32_t series = x + divide_by_power(cubic + x2, 1);
  return kExpOfEighth + doubling_high_product(kExpOfEighth, series);
}

/// exp(x) for x <= 0, x q5, result q0. The quarters of -x are binary digits, each of which multiplies by its own
/// exponential: exp(-2^-2), exp(-2^-1), ..., exp(-2^4).
int32_t exp_of_negative(int32_t x) {
  constexpr std::array<int32_t, 7> kExponentials = {1672461947, 1302514674, 790015084, 290630308,
                                                    39332535,   720401,     242};
  if (x == 0) return std::numeric_limits<int32_t>::max();
  constexpr int32_t kQuarter = 1 << 24;
  const int32_t within = (x & (kQuarter - 1)) - kQuarter;
  int32_t result = exp_near_zero(multiply_by_power(within, 5));
  const int32_t quarters = wrapping_sub(within, x);
  for (size_t i = 0; i < kExponentials.size(); ++i) {
    if (quarters & (kQuarter << i)) result = doubling_high_product(result, kExponentials[i]);
  }
  return result;
}

/// 1 / (1 + x) for x in [0, 1), q0: three steps of Newton and Raphson on the half of 1 + x.
int32_t reciprocal_of_one_plus(int32_t x) {
  constexpr int32_t k48Over17 = 1515870810, k32Over17 = 1010580540, kOneQ2 = 1 << 29;
  const auto half = static_cast<int32_t>((int64_t{x} + std::numeric_limits<int32_t>::max() + 1) / 2);
  int32_t guess = k48Over17 + doubling_high_product(half, -k32Over17);
  for (int i = 0; i < 3; ++i) {
    const int32_t rest = kOneQ2 - doubling_high_product(half, guess);
    guess += multiply_by_power(doubling_high_product(guess, rest), 2);
  }
  return multiply_by_power(guess, 1);
}

/// 1 / sum as reciprocal * 2^-bits, reciprocal q0.
struct Reciprocal {
  int32_t fraction;
  int bits;
};

Reciprocal reciprocal(int32_t sum) {
  const int zeros = std::countl_zero(static_cast<uint32_t>(sum));
  const auto normal = static_cast<uint32_t>(uint64_t{static_cast<uint32_t>(sum)} << zeros);
  return {reciprocal_of_one_plus(static_cast<int32_t>(normal - (uint32_t{1} << 31))), kSoftmaxSumBits - zeros};
}

template <class T>
void softmax_lane(const T* src, T* dst, int64_t extent, const std::array<int32_t, 256>& exponentials) {
  constexpr int32_t kLow = std::numeric_limits<T>::min(), kHigh = std::numeric_limits<T>::max();
  const int32_t largest = *std::max_element(src, src + extent);
  int32_t sum = 0;
  for (int64_t i = 0; i < extent; ++i) {
    sum = wrapping_add(sum, divide_by_power(exponentials[largest - src[i]], kSoftmaxSumBits));
  }
  const Reciprocal scale = reciprocal(sum);
  const int bits = std::clamp(scale.bits + 31 - 8, 0, 31);
  for (int64_t i = 0; i < extent; ++i) {
    const int32_t e = exponentials[largest - src[i]];
    const int32_t share = divide_by_power(doubling_high_product(scale.fraction, e), bits);
    dst[i] = static_cast<T>(std::clamp(share + kLow, kLow, kHigh));
  }
}

}  // namespace

std::array<int32_t, 256> softmax_exponentials(const QuantizedSoftmax& op) {
  std::array<int32_t, 256> table{};
  for (int32_t difference = 0; difference > -256 && difference >= op.least; --difference) {
    const int32_t x =
        scale_fixed_point(difference, static_cast<int32_t>(op.multiplier), static_cast<int>(op.shift), op.rounding);
    table[-difference] = exp_of_negative(x);
  }
  return table;
}

void QuantizedSoftmax::reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const {
  const Shape& shape = inputs[0]->shape();
  const int64_t extent = shape[shape.rank() - 1];
  const std::array<int32_t, 256> table = softmax_exponentials(*this);
  visit_dtype(inputs[0]->dtype(), [&]<class T>() {
    if constexpr (sizeof(T) == 1 && !kIsBool<T>) {
      for (int64_t begin = 0; begin < shape.elems(); begin += extent) {
        softmax_lane(inputs[0]->as<T>() + begin, outputs[0].as<T>() + begin, extent, table);
      }
    }
  });
}

}  // namespace convoy
