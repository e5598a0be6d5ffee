#include <algorithm>
#include <numeric>

#include "ops/checks.h"
#include "ops/lanes.h"
#include "ops/top_k.h"
#include "support/dtypes.h"

namespace convoy {
namespace {

/// A total order also with NaN, the largest of all.
template <class T>
bool less(T a, T b) {
  return a < b || (a == a && b != b);
}

template <class T>
void top_k_of_lane(const TopK& op, const T* src, T* values, int64_t* indices, const Lanes& lanes) {
  std::vector<int64_t> order(lanes.extent);
  std::iota(order.begin(), order.end(), 0);
  const auto before = [&](int64_t i, int64_t j) {
    const T a = src[i * lanes.inner], b = src[j * lanes.inner];
    if (less(a, b) || less(b, a)) return op.largest ? less(b, a) : less(a, b);
    return i < j;
  };
  std::partial_sort(order.begin(), order.begin() + op.k, order.end(), before);
  for (int64_t i = 0; i < op.k; ++i) {
    values[i * lanes.inner] = src[order[i] * lanes.inner];
    indices[i * lanes.inner] = order[i];
  }
}

}  // namespace

void TopK::reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const {
  const int resolved = resolve_axis(axis, inputs[0]->shape().rank());
  const Lanes src_lanes(inputs[0]->shape(), resolved), dst_lanes(outputs[0].shape(), resolved);
  visit_dtype(inputs[0]->dtype(), [&]<class T>() {
    for (int64_t lane = 0; lane < src_lanes.count(); ++lane) {
      const int64_t dst = dst_lanes.begin(lane);
      top_k_of_lane(*this, inputs[0]->as<T>() + src_lanes.begin(lane), outputs[0].as<T>() + dst,
                    outputs[1].as<int64_t>() + dst, src_lanes);
    }
  });
}

}  // namespace convoy
