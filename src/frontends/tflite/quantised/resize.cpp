// RESIZE_BILINEAR of quantised numbers. Of i8 and i16 in TFLite's fixed-point numbers: positions and weights have 10
// bits behind the point, and the sum of four products is rounded once. Of u8 in floats. Source:
// kernels/internal/reference/resize_bilinear.h.
#include <algorithm>
#include <cmath>

#include "frontends/simple_ops.h"
#include "frontends/tflite/quantised/affine.h"
#include "frontends/tflite/quantised/importers.h"
#include "frontends/tflite/quantised/resize_parts.h"
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

ValueId interpolated(NodeImport& node, ValueId id, int axis, const Taps& taps, const std::string& suffix) {
  const DType sums = node.builder().type(id).dtype;
  const auto weighted = [&](const std::vector<int32_t>& indices, const std::vector<int32_t>& weights,
                            const std::string& part) {
    const ValueId elements = picked_along(node, id, axis, indices, suffix + part);
    return times_along(node, elements, axis, cast_to(Tensor::of(weights), sums), suffix + part);
  };
  const ValueId first = weighted(taps.first, taps.rest, "/first"), second = weighted(taps.second, taps.part, "/second");
  return node.helper(binary(BinaryKind::add), {first, second}, suffix);
}

/// Sums / 2^20, halves away from zero, of i32.
ValueId rounded(NodeImport& node, ValueId sums, const Affine& dst) {
  // Doubled, the sums survive the multiplication by 2^30 / 2^31 exactly when it rounds by itself, too.
  const ValueId doubled = node.helper(binary(BinaryKind::add), {sums, sums}, "/doubled");
  Requantize op = requantize_to(node, dst, {dst.low(), dst.high()});
  op.zero = 0;
  return requantised(node, doubled, {1 << 30, -2 * kBits}, op, "/requantize");
}

/// The same of i64: the sum and a half with its sign, divided.
ValueId rounded_wide(NodeImport& node, ValueId sums, const Affine& dst) {
  const auto power = [&](int bits, const char* suffix) {
    return node.scalar(DType::i64, std::ldexp(1.0, bits), suffix);
  };
  const ValueId sign = node.helper(unary(UnaryKind::sign), {sums}, "/sign");
  const ValueId half = node.helper(binary(BinaryKind::mul), {sign, power(2 * kBits - 1, "/half")}, "/nudge");
  const ValueId nudged = node.helper(binary(BinaryKind::add), {sums, half}, "/nudged");
  const ValueId quotient = node.helper(binary(BinaryKind::div), {nudged, power(2 * kBits, "/one")}, "/div");
  return node.add(cast_to(dst.dtype), {quotient});
}

}  // namespace

ValueId picked_along(NodeImport& node, ValueId id, int axis, const std::vector<int32_t>& indices,
                     const std::string& suffix) {
  Gather gather;
  gather.axis = axis;
  const ValueId places = node.constant(Tensor::of(indices), (suffix + "/indices").c_str());
  return node.helper(gather, {id, places}, suffix + "/gather");
}

ValueId times_along(NodeImport& node, ValueId id, int axis, const Tensor& weights, const std::string& suffix) {
  // Broadcasts along the axes behind this one.
  std::vector<int64_t> dims(node.rank(0) - axis, 1);
  dims[0] = weights.elems();
  const ValueId factor = node.constant(weights.reshaped(Shape(dims)), (suffix + "/weights").c_str());
  return node.helper(binary(BinaryKind::mul), {id, factor}, suffix);
}

std::vector<ValueId> import_quantised_resize_bilinear(NodeImport& node) {
  const auto& options = node.options<tflite::ResizeBilinearOptions>();
  const bool aligned = options.align_corners(), half_pixels = options.half_pixel_centers();
  if (aligned && half_pixels) invalid_input("align_corners and half_pixel_centers exclude each other");
  if (node.rank(0) != 4) invalid_input("src is {}, expected NxHxWxC", node.type(0).str());
  const std::vector<int64_t> size = node.constant_ints(1);
  expect_count(size, 2, "size");
  for (int axis : {1, 2}) {
    expect_range(size[axis - 1], 1, kMaxResizeExtent, "size");
    expect_range(node.shape(0)[axis], 1, kMaxResizeExtent, "src extent");
  }
  const Affine dst = output_affine(node);
  if (dst.dtype == DType::u8) return {resize_in_floats(node, size, aligned, half_pixels)};
  const bool wide = dst.dtype == DType::i16;
  ValueId sums = node.helper(cast_to(wide ? DType::i64 : DType::i32), {node.input(0)}, "/src");
  for (int axis : {2, 1}) {
    const Taps taps = taps_of(node.shape(0)[axis], size[axis - 1], aligned, half_pixels);
    sums = interpolated(node, sums, axis, taps, axis == 2 ? "/columns" : "/rows");
  }
  return {wide ? rounded_wide(node, sums, dst) : rounded(node, sums, dst)};
}

}  // namespace convoy::tflite_frontend
