#include <limits>

#include "ops/index.h"
#include "ops/max_pool2d.h"

namespace convoy {
namespace {

template <class T>
T lowest() {
  if constexpr (kIsFloat<T>) {
    return static_cast<T>(-std::numeric_limits<float>::infinity());
  } else {
    return std::numeric_limits<T>::lowest();
  }
}

template <class T>
struct Maximum {
  T value = lowest<T>();
  int64_t y = -1, x = -1;
};

template <class T>
Maximum<T> maximum(const MaxPool2d& op, const Extent2d& plane, const T* src, int64_t oh, int64_t ow) {
  Maximum<T> best;
  for_each_tap(op.window, {op.kernel[0], op.kernel[1]}, plane, oh, ow, [&](int64_t, int64_t, int64_t y, int64_t x) {
    const T value = src[y * plane.w + x];
    if (best.y < 0 ? value >= best.value : value > best.value) best = {value, y, x};
  });
  return best;
}

template <class T>
int64_t index_of(const Maximum<T>& found, IndexOrder order, const Extent2d& plane) {
  return order == IndexOrder::row_major ? found.y * plane.w + found.x : found.y + found.x * plane.h;
}

template <class T>
void pool(const MaxPool2d& op, const Tensor& src, Tensor& dst, int64_t* indices) {
  const Extent2d plane{src.shape()[2], src.shape()[3]};
  const int64_t channels = src.shape()[1];
  T* out = dst.as<T>();
  for_each_index(dst.shape(), [&](std::span<const int64_t> index) {
    const int64_t first = (index[0] * channels + index[1]) * plane.h * plane.w;
    const Maximum<T> found = maximum(op, plane, src.as<T>() + first, index[2], index[3]);
    *out++ = found.value;
    if (indices) *indices++ = found.y < 0 ? -1 : first + index_of(found, op.index_order, plane);
  });
}

}  // namespace

void MaxPool2d::reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const {
  int64_t* indices = with_indices ? outputs[1].as<int64_t>() : nullptr;
  visit_dtype(inputs[0]->dtype(), [&]<class T>() { pool<T>(*this, *inputs[0], outputs[0], indices); });
}

}  // namespace convoy
