#include "dense/channel_constant.h"

#include <algorithm>
#include <span>

#include "ops/elementwise.h"
#include "ops/expand.h"

namespace convoy {

std::optional<Tensor> channel_constant(const Tensor& constant, const Shape& value, const MapShape& map) {
  if (constant.dtype() != DType::f32) return std::nullopt;
  if (constant.elems() == 1) return Tensor(constant).reshaped(Shape{1});
  if (broadcast_shape(constant.shape(), value) != value) return std::nullopt;
  Expand expand;
  expand.shape = value;
  Tensor all(DType::f32, value);
  const Tensor* inputs[] = {&constant};
  expand.reference(inputs, {&all, 1});
  Tensor channels(DType::f32, Shape{1, map.channels, 1, 1});
  for (int64_t c = 0; c < map.channels; ++c) {
    const std::span<const float> elements(all.as<float>() + c * map.h * map.w, map.h * map.w);
    if (std::ranges::any_of(elements, [&](float element) { return element != elements[0]; })) return std::nullopt;
    channels.as<float>()[c] = elements[0];
  }
  return channels;
}

}  // namespace convoy
