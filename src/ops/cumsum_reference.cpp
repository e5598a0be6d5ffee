#include "ops/checks.h"
#include "ops/cumsum.h"
#include "ops/lanes.h"
#include "support/arithmetic.h"
#include "support/dtypes.h"

namespace convoy {
namespace {

template <class T>
void cumsum_lane(const CumSum& op, const T* src, T* dst, const Lanes& lanes) {
  std::conditional_t<kIsFloat<T>, double, T> sum{};
  for (int64_t i = 0; i < lanes.extent; ++i) {
    const int64_t offset = (op.reverse ? lanes.extent - 1 - i : i) * lanes.inner;
    if (op.exclusive) dst[offset] = convert_to<T>(sum);
    sum = wrapping_add<decltype(sum)>(sum, src[offset]);
    if (!op.exclusive) dst[offset] = convert_to<T>(sum);
  }
}

}  // namespace

void CumSum::reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const {
  const Shape& shape = inputs[0]->shape();
  const Lanes lanes(shape, resolve_axis(axis, shape.rank()));
  visit_dtype(inputs[0]->dtype(), [&]<class T>() {
    for (int64_t lane = 0; lane < lanes.count(); ++lane) {
      const int64_t begin = lanes.begin(lane);
      cumsum_lane(*this, inputs[0]->as<T>() + begin, outputs[0].as<T>() + begin, lanes);
    }
  });
}

}  // namespace convoy
