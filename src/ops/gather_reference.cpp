#include <cstring>

#include "ops/checks.h"
#include "ops/gather.h"
#include "ops/lanes.h"
#include "support/dtypes.h"

namespace convoy {
namespace {

/// The indices counted from 0, checked against the extent of the axis.
std::vector<int64_t> resolve_indices(const Tensor& indices, int64_t extent) {
  std::vector<int64_t> resolved;
  visit_dtype(indices.dtype(), [&]<class T>() {
    for (int64_t i = 0; i < indices.elems(); ++i) {
      const auto index = static_cast<int64_t>(indices.as<T>()[i]);
      if (index < -extent || index >= extent) {
        invalid_input("index {} is out of range for an axis of extent {}", indices.as<T>()[i], extent);
      }
      resolved.push_back(index < 0 ? index + extent : index);
    }
  });
  return resolved;
}

}  // namespace

void Gather::reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const {
  const Tensor& data = *inputs[0];
  const Lanes lanes(data.shape(), resolve_axis(axis, data.shape().rank()));
  const std::vector<int64_t> indices = resolve_indices(*inputs[1], lanes.extent);
  const int64_t slice_bytes = lanes.inner * size_of(data.dtype());
  if (outputs[0].elems() == 0) return;
  auto* dst = outputs[0].as<char>();
  for (int64_t outer = 0; outer < lanes.outer; ++outer) {
    for (int64_t index : indices) {
      std::memcpy(dst, data.as<char>() + (outer * lanes.extent + index) * slice_bytes, slice_bytes);
      dst += slice_bytes;
    }
  }
}

}  // namespace convoy
