// RESIZE_BILINEAR and RESIZE_NEAREST_NEIGHBOR.
#include "ops/resize.h"

#include "frontends/tflite/importers.h"
#include "ops/attribute_checks.h"

namespace convoy::tflite_frontend {
namespace {

std::vector<ValueId> emit(NodeImport& node, Resize op) {
  if (node.rank(0) != 4) invalid_input("src is {}, expected NxHxWxC", node.type(0).str());
  const std::vector<int64_t> size = node.constant_ints(1);
  expect_count(size, 2, "size");
  for (int64_t extent : size) expect_range(extent, 1, kMaxExtent, "size");
  op.shape = {node.shape(0)[0], node.shape(0)[3], size[0], size[1]};
  const ValueId src = node.channels_first(node.input(0), "/nchw");
  return {node.channels_last(node.add(std::move(op), {src}))};
}

/// Positions by the two flags that both operators have.
template <class Options>
CoordinateMode coordinates(const Options& options, CoordinateMode half_pixel) {
  if (options.align_corners() && options.half_pixel_centers()) {
    invalid_input("align_corners and half_pixel_centers exclude each other");
  }
  if (options.align_corners()) return CoordinateMode::align_corners;
  return options.half_pixel_centers() ? half_pixel : CoordinateMode::asymmetric;
}

}  // namespace

std::vector<ValueId> import_resize_bilinear(NodeImport& node) {
  Resize op;
  op.mode = ResizeMode::linear;
  op.coordinates = coordinates(node.options<tflite::ResizeBilinearOptions>(), CoordinateMode::half_pixel);
  return emit(node, std::move(op));
}

/// Rounds positions down, but to the nearest between aligned corners.
std::vector<ValueId> import_resize_nearest(NodeImport& node) {
  const auto& options = node.options<tflite::ResizeNearestNeighborOptions>();
  Resize op;
  op.mode = ResizeMode::nearest;
  op.coordinates = coordinates(options, CoordinateMode::tf_half_pixel_for_nn);
  op.nearest = options.align_corners() ? NearestMode::round_prefer_ceil : NearestMode::floor;
  return emit(node, std::move(op));
}

}  // namespace convoy::tflite_frontend
