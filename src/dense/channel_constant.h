// Constant operands that treat all pixels of a patch alike, and therefore all pixels of an image.
#pragma once

#include <optional>

#include "dense/shared_map.h"
#include "graph/graph.h"

namespace convoy {

/// What combines with each channel of a map as `constant` does with each element of a value of shape `value`, which
/// `map` describes: 1 x channels x 1 x 1, or one element. Nothing when it differs between the elements of a channel.
std::optional<Tensor> channel_constant(const Tensor& constant, const Shape& value, const MapShape& map);

}  // namespace convoy
