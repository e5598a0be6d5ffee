// What importers of operators on quantised numbers share. The graph computes on the stored integers themselves, as
// TFLite's reference kernels do; scales and zero points become constants and attributes of its operators.
#pragma once

#include <functional>

#include "frontends/tflite/node_import.h"
#include "ops/requantize.h"

namespace convoy::tflite_frontend {

/// value = scale * (stored - zero) for a whole tensor of i8, u8 or i16, which has zero = 0.
struct Affine {
  DType dtype;
  float scale;
  int64_t zero;

  /// The least and greatest stored integers.
  int64_t low() const { return dtype == DType::u8 ? 0 : dtype == DType::i8 ? -128 : -32768; }
  int64_t high() const { return dtype == DType::u8 ? 255 : dtype == DType::i8 ? 127 : 32767; }
  bool operator==(const Affine&) const = default;
};

/// Throw Error for tensors of other types, without quantisation or with one a channel.
Affine input_affine(const NodeImport& node, int index);
Affine output_affine(const NodeImport& node);
/// The output's where TFLite has an operator only from one element type to the same. Throws Error for other outputs.
Affine output_affine_of(const NodeImport& node, DType dtype);
/// Throws Error for numbers of 16 bits, of operators that TFLite has for bytes.
void expect_bytes(const Affine& src);
/// Throws Error unless dst has the scale, and the zero point for its element type, that TFLite gives an operator's
/// results.
void expect_result(const NodeImport& node, const Affine& dst, float scale, int64_t zero_of_i8, int64_t zero_of_u8);

/// The stored integers that a fused activation leaves. Throws Error for an activation that TFLite does not fuse.
struct Bounds {
  int64_t low, high;
};
Bounds activation_bounds(const Affine& dst, tflite::ActivationFunctionType activation);

/// Floats, rounded to the nearest, halves away from zero, as integers of type `to`; they saturate.
ValueId rounded_away(NodeImport& node, ValueId floats, DType to, const std::string& suffix);

/// `id` as i32, minus `zero`.
ValueId less_zero(NodeImport& node, ValueId id, int64_t zero, const std::string& suffix);
/// Input `index` as i32 at the scale `scale` / 2^shift.
ValueId at_scale(NodeImport& node, int index, double scale, int shift);
/// An i32 scalar.
ValueId integer(NodeImport& node, int64_t value, const std::string& suffix);

/// Scales sums to what `op` says.
ValueId requantised(NodeImport& node, ValueId sums, const FixedPoint& factor, Requantize op, const std::string& suffix);
/// The same with one factor an index of an axis; `shape` broadcasts them to `sums`.
ValueId requantised(NodeImport& node, ValueId sums, const std::vector<FixedPoint>& factors, const Shape& shape,
                    Requantize op, const std::string& suffix);
/// To the integers of dst within `bounds`, with the node's rounding.
Requantize requantize_to(const NodeImport& node, const Affine& dst, const Bounds& bounds);
/// To i32, not clamped: intermediate results.
Requantize requantize_to_sums(const NodeImport& node);

/// An operator on one quantised value by its table: `stored` gives what an input's integer becomes, before it is
/// clamped to the integers of dst.
ValueId tabulated(NodeImport& node, ValueId id, const Affine& src, const Affine& dst,
                  const std::function<int64_t(int64_t)>& stored, const std::string& suffix);

/// Rounded as std::round does, halves away from zero. Beyond the range of i32 it saturates, where TFLite's result is
/// undefined.
int64_t round_away(float value);

}  // namespace convoy::tflite_frontend
