// RESIZE_BILINEAR of quantised numbers in TFLite's fixed-point numbers: positions and weights have 10 bits behind the
// point, and the sum of four products is rounded once. Source: kernels/internal/reference/resize_bilinear.h.
#include <algorithm>

#include "frontends/simple_ops.h"
#include "frontends/tflite/quantised/affine.h"
#include "frontends/tflite/quantised/importers.h"
#include "ops/attribute_checks.h"
#include "ops/gather.h"

namespace convoy::tflite_frontend {
namespace {

constexpr int kBits = 10;
constexpr int64_t kOne = int64_t{1} << kBits;
/// Positions are i32 in TFLite.
constexpr int64_t kMaxResizeExtent = int64_t{1} << 20;

/// What output index i is made of: src[first[i]] * (1 - part[i]) + src[second[i]] * part[i].
struct Taps {
  std::vector<int32_t> first, second, rest, part;
};

Taps taps_of(int64_t src, int64_t dst, bool align_corners, bool half_pixel_centers) {
  const bool aligned = align_corners && dst > 1;
  const int64_t from = aligned ? src - 1 : src, to = aligned ? dst - 1 : dst;
  const int64_t step = (kOne * from + to / 2) / to;
  Taps taps;
  for (int64_t i = 0; i < dst; ++i) {
    const int64_t position = i * step + (half_pixel_centers ? step / 2 - kOne / 2 : 0);
    // Rounding can carry the last positions beyond the last element.
    const int64_t first = std::min(std::max<int64_t>(position / kOne, 0), src - 1);
    const int64_t second = std::min((position + kOne - 1) / kOne, src - 1);
    const int64_t part = position - kOne * first;
    taps.first.push_back(static_cast<int32_t>(first));
    taps.second.push_back(static_cast<int32_t>(second));
    taps.part.push_back(static_cast<int32_t>(part));
    taps.rest.push_back(static_cast<int32_t>(kOne - part));
  }
  return taps;
}

/// Elements `indices` along an axis, each times its weight.
ValueId weighted(NodeImport& node, ValueId id, int axis, const std::vector<int32_t>& indices,
                 const std::vector<int32_t>& weights, const std::string& suffix) {
  const auto count = static_cast<int64_t>(indices.size());
  Tensor weight_tensor = Tensor::of(weights);
  // Broadcasts along the axes behind this one.
  std::vector<int64_t> dims(node.rank(0) - axis, 1);
  dims[0] = count;
  Gather gather;
  gather.axis = axis;
  const ValueId places = node.constant(Tensor::of(indices), (suffix + "/indices").c_str());
  const ValueId picked = node.helper(gather, {id, places}, suffix + "/gather");
  const ValueId factor = node.constant(weight_tensor.reshaped(Shape(dims)), (suffix + "/weights").c_str());
  return node.helper(binary(BinaryKind::mul), {picked, factor}, suffix);
}

ValueId interpolated(NodeImport& node, ValueId id, int axis, const Taps& taps, const std::string& suffix) {
  const ValueId first = weighted(node, id, axis, taps.first, taps.rest, suffix + "/first");
  const ValueId second = weighted(node, id, axis, taps.second, taps.part, suffix + "/second");
  return node.helper(binary(BinaryKind::add), {first, second}, suffix);
}

}  // namespace

std::vector<ValueId> import_quantised_resize_bilinear(NodeImport& node) {
  const auto& options = node.options<tflite::ResizeBilinearOptions>();
  if (options.align_corners() && options.half_pixel_centers()) {
    invalid_input("align_corners and half_pixel_centers exclude each other");
  }
  if (node.rank(0) != 4) invalid_input("src is {}, expected NxHxWxC", node.type(0).str());
  const std::vector<int64_t> size = node.constant_ints(1);
  expect_count(size, 2, "size");
  const Affine dst = output_affine(node);
  ValueId sums = less_zero(node, node.input(0), 0, "/src");
  for (int axis : {2, 1}) {
    const int64_t extent = node.shape(0)[axis];
    expect_range(size[axis - 1], 1, kMaxResizeExtent, "size");
    expect_range(extent, 1, kMaxResizeExtent, "src extent");
    const Taps taps = taps_of(extent, size[axis - 1], options.align_corners(), options.half_pixel_centers());
    sums = interpolated(node, sums, axis, taps, axis == 2 ? "/columns" : "/rows");
  }
  // Doubled, the sums survive the multiplication by 2^30 / 2^31 exactly when it rounds by itself, too.
  const ValueId doubled = node.helper(binary(BinaryKind::add), {sums, sums}, "/doubled");
  Requantize op = requantize_to(node, dst, {dst.low(), dst.high()});
  op.zero = 0;
  return {requantised(node, doubled, {1 << 30, -2 * kBits}, op, "/requantize")};
}

}  // namespace convoy::tflite_frontend
