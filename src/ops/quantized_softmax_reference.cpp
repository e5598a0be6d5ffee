#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "ops/quantized_softmax.h"
#include "support/arithmetic.h"
#include "support/dtypes.h"
#include "support/fixed_point.h"
#include "support/fixed_point_functions.h"

namespace convoy {
namespace {

/// What the results of a lane need besides the lane: computed once.
struct Tables {
  std::array<int32_t, 256> exponentials{};  ///< by the difference from the maximum, from 0 down to -255
  std::array<int32_t, 256> scaled{};        ///< the differences themselves, q5; of the logarithm
  FixedPoint unscale;                       ///< from q5 back to differences; of the logarithm
};

int32_t scaled_difference(const QuantizedSoftmax& op, int32_t difference) {
  return scale_fixed_point(difference, static_cast<int32_t>(op.multiplier), static_cast<int>(op.shift), op.rounding);
}

Tables make_tables(const QuantizedSoftmax& op) {
  Tables tables{.exponentials = softmax_exponentials(op)};
  if (!op.log) return tables;
  for (int32_t d = 0; d < 256 && -d >= op.least; ++d) tables.scaled[d] = scaled_difference(op, -d);
  tables.unscale = fixed_point(std::ldexp(1.0, 31 - static_cast<int>(op.shift)) / static_cast<double>(op.multiplier));
  return tables;
}

template <class T>
int32_t sum_of_exponentials(const T* src, int64_t extent, int32_t largest, const Tables& tables) {
  int32_t sum = 0;
  for (int64_t i = 0; i < extent; ++i) {
    sum = wrapping_add(sum, divide_by_power(tables.exponentials[largest - src[i]], kSoftmaxSumBits));
  }
  return sum;
}

template <class T>
void softmax_lane(const QuantizedSoftmax&, const T* src, T* dst, int64_t extent, const Tables& tables) {
  constexpr int32_t kLow = std::numeric_limits<T>::min(), kHigh = std::numeric_limits<T>::max();
  const int32_t largest = *std::max_element(src, src + extent);
  const FixedPointReciprocal scale = fixed_point_reciprocal(sum_of_exponentials(src, extent, largest, tables));
  const int bits = std::clamp(scale.bits - (31 - kSoftmaxSumBits) + 31 - 8, 0, 31);
  for (int64_t i = 0; i < extent; ++i) {
    const int32_t e = tables.exponentials[largest - src[i]];
    const int32_t share = divide_by_power(doubling_high_product(scale.fraction, e), bits);
    dst[i] = static_cast<T>(std::clamp(share + kLow, kLow, kHigh));
  }
}

template <class T>
void log_softmax_lane(const QuantizedSoftmax& op, const T* src, T* dst, int64_t extent, const Tables& tables) {
  constexpr int32_t kLow = std::numeric_limits<T>::min(), kHigh = std::numeric_limits<T>::max();
  constexpr int kResultBits = 31 - 5 - 4;  // behind the point, of q5 less the result's 4
  const int32_t largest = *std::max_element(src, src + extent);
  // The largest element's own term is not lost where the others' wrap around.
  const int32_t log_sum = log_of_sum(std::max(sum_of_exponentials(src, extent, largest, tables), 1 << 19));
  // Differences whose results would not fit.
  const int32_t unfit = scale_fixed_point(std::numeric_limits<int32_t>::min() + log_sum, tables.unscale.multiplier,
                                          tables.unscale.shift, op.rounding);
  const int64_t below = std::max<int64_t>(op.least - 1, unfit);
  for (int64_t i = 0; i < extent; ++i) {
    const int32_t difference = src[i] - largest;
    if (difference <= below) {
      dst[i] = kLow;
      continue;
    }
    const int32_t result = divide_by_power(wrapping_sub(tables.scaled[-difference], log_sum), kResultBits);
    dst[i] = static_cast<T>(std::clamp(result + kHigh, kLow, kHigh));
  }
}

}  // namespace

std::array<int32_t, 256> softmax_exponentials(const QuantizedSoftmax& op) {
  std::array<int32_t, 256> table{};
  for (int32_t difference = 0; difference > -256 && difference >= op.least; --difference) {
    table[-difference] = exp_of_negative(scaled_difference(op, difference));
  }
  return table;
}

void QuantizedSoftmax::reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const {
  const Shape& shape = inputs[0]->shape();
  const int64_t extent = shape[shape.rank() - 1];
  const Tables tables = make_tables(*this);
  visit_dtype(inputs[0]->dtype(), [&]<class T>() {
    if constexpr (sizeof(T) == 1 && !kIsBool<T>) {
      for (int64_t begin = 0; begin < shape.elems(); begin += extent) {
        const auto lane = log ? log_softmax_lane<T> : softmax_lane<T>;
        lane(*this, inputs[0]->as<T>() + begin, outputs[0].as<T>() + begin, extent, tables);
      }
    }
  });
}

}  // namespace convoy
