// RESIZE_BILINEAR of u8: four elements times two weights each are added in f32, in TFLite's order, and a half, and
// truncated.
#include <algorithm>
#include <cmath>

#include "frontends/simple_ops.h"
#include "frontends/tflite/quantised/resize_parts.h"

namespace convoy::tflite_frontend {
namespace {

/// What output index i is made of: src[first[i]] * rest[i] + src[second[i]] * part[i].
struct FloatTaps {
  std::vector<int32_t> first, second;
  std::vector<float> rest, part;
};

FloatTaps taps_of(int64_t src, int64_t dst, bool align_corners, bool half_pixel_centers) {
  const bool aligned = align_corners && dst > 1;
  const float scale = static_cast<float>(aligned ? src - 1 : src) / static_cast<float>(aligned ? dst - 1 : dst);
  FloatTaps taps;
  for (int64_t i = 0; i < dst; ++i) {
    const auto index = static_cast<float>(i);
    const float position = half_pixel_centers ? (index + 0.5f) * scale - 0.5f : index * scale;
    // Rounding can carry the last positions beyond the last element.
    const auto first = std::clamp<int64_t>(static_cast<int64_t>(std::floor(position)), 0, src - 1);
    const auto second = std::min(static_cast<int64_t>(std::ceil(position)), src - 1);
    taps.first.push_back(static_cast<int32_t>(first));
    taps.second.push_back(static_cast<int32_t>(std::max<int64_t>(second, 0)));
    taps.part.push_back(position - static_cast<float>(first));
    taps.rest.push_back(1 - taps.part.back());
  }
  return taps;
}

}  // namespace

ValueId resize_in_floats(NodeImport& node, const std::vector<int64_t>& size, bool align_corners,
                         bool half_pixel_centers) {
  constexpr int kRows = 1, kColumns = 2;
  constexpr double kMost = 1 << 12;
  const FloatTaps rows = taps_of(node.shape(0)[kRows], size[0], align_corners, half_pixel_centers);
  const FloatTaps columns = taps_of(node.shape(0)[kColumns], size[1], align_corners, half_pixel_centers);
  const ValueId src = node.helper(cast_to(DType::f32), {node.input(0)}, "/f32");
  const auto term = [&](bool lower, bool right) {
    const std::string suffix = fmt::format("/{}{}", lower ? "lower" : "upper", right ? "_right" : "_left");
    const ValueId row = picked_along(node, src, kRows, lower ? rows.second : rows.first, suffix + "/row");
    const ValueId element = picked_along(node, row, kColumns, right ? columns.second : columns.first, suffix);
    const ValueId by_row =
        times_along(node, element, kRows, Tensor::of(lower ? rows.part : rows.rest), suffix + "/by_row");
    const ValueId product =
        times_along(node, by_row, kColumns, Tensor::of(right ? columns.part : columns.rest), suffix + "/by_column");
    // Products are within these bounds. Without them, kernels would fuse the product with the sum, rounding once.
    return node.helper(unary(UnaryKind::clip, -kMost, kMost), {product}, suffix + "/product");
  };
  ValueId sum = term(false, false);
  int terms = 0;
  const auto add = [&](ValueId id) {
    sum = node.helper(binary(BinaryKind::add), {sum, id}, fmt::format("/sum{}", ++terms));
  };
  add(term(true, false));
  add(term(false, true));
  add(term(true, true));
  add(node.scalar(DType::f32, 0.5, "/half"));
  return node.add(cast_to(DType::u8), {sum});
}

}  // namespace convoy::tflite_frontend
