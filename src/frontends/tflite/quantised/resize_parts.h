// What RESIZE_BILINEAR of quantised numbers is made of.
#pragma once

#include <string>
#include <vector>

#include "frontends/tflite/node_import.h"

namespace convoy::tflite_frontend {

/// Elements `indices` along an axis of a value of the node's rank.
ValueId picked_along(NodeImport& node, ValueId id, int axis, const std::vector<int32_t>& indices,
                     const std::string& suffix);
/// Each element along an axis times its weight, of which there is one an element.
ValueId times_along(NodeImport& node, ValueId id, int axis, const Tensor& weights, const std::string& suffix);

/// Input 0, of u8, enlarged or reduced to `size` rows and columns, in f32 as TFLite's reference kernel does.
ValueId resize_in_floats(NodeImport& node, const std::vector<int64_t>& size, bool align_corners,
                         bool half_pixel_centers);

}  // namespace convoy::tflite_frontend
