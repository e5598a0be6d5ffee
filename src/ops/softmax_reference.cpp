#include <algorithm>
#include <cmath>
#include <limits>

#include "ops/checks.h"
#include "ops/lanes.h"
#include "ops/softmax.h"
#include "support/arithmetic.h"
#include "support/dtypes.h"

namespace convoy {
namespace {

/// `src` and `dst` are the first elements of a lane.
template <class T>
void softmax_lane(const T* src, T* dst, const Lanes& lanes, bool log) {
  double largest = -std::numeric_limits<double>::infinity(), sum = 0;
  for (int64_t i = 0; i < lanes.extent; ++i) largest = std::max<double>(largest, src[i * lanes.inner]);
  for (int64_t i = 0; i < lanes.extent; ++i) sum += std::exp(src[i * lanes.inner] - largest);
  for (int64_t i = 0; i < lanes.extent; ++i) {
    const double shifted = src[i * lanes.inner] - largest;
    dst[i * lanes.inner] = convert_to<T>(log ? shifted - std::log(sum) : std::exp(shifted) / sum);
  }
}

}  // namespace

void Softmax::reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const {
  const Shape& shape = inputs[0]->shape();
  const Lanes lanes(shape, resolve_axis(axis, shape.rank()));
  visit_dtype(inputs[0]->dtype(), [&]<class T>() {
    if constexpr (kIsFloat<T>) {
      for (int64_t lane = 0; lane < lanes.count(); ++lane) {
        const int64_t begin = lanes.begin(lane);
        softmax_lane(inputs[0]->as<T>() + begin, outputs[0].as<T>() + begin, lanes, log);
      }
    }
  });
}

}  // namespace convoy
