// Resampling to another size, axis by axis: each output index is mapped to a position in src (CoordinateMode),
// and the elements around it are picked (nearest) or weighted (linear, cubic). Positions beyond the edges read
// the edge, except in tf_crop_and_resize.
#pragma once

#include "graph/op.h"

namespace convoy {

enum class ResizeMode { nearest, linear, cubic };
template <>
struct EnumWords<ResizeMode> {
  static constexpr const char* words[] = {"nearest", "linear", "cubic"};
};

/// The position in src of output index i, with n input and m output elements and scale s (ONNX's names):
///   half_pixel             (i + 0.5) / s - 0.5
///   half_pixel_symmetric   (i + 0.5 - m/2) / s + n/2 - 0.5: the centres of src and dst agree even if m != n * s
///   pytorch_half_pixel     the same as half_pixel, but 0 when m is 1
///   align_corners          i * (n - 1) / (n * s - 1): first and last elements stay where they are
///   asymmetric             i / s
///   tf_crop_and_resize     [0, m - 1] to [roi begin, roi end] * (n - 1)
///   tf_half_pixel_for_nn   (i + 0.5) / s
enum class CoordinateMode {
  half_pixel,
  half_pixel_symmetric,
  pytorch_half_pixel,
  align_corners,
  asymmetric,
  tf_crop_and_resize,
  tf_half_pixel_for_nn,
};
template <>
struct EnumWords<CoordinateMode> {
  static constexpr const char* words[] = {"half_pixel", "half_pixel_symmetric", "pytorch_half_pixel",  "align_corners",
                                          "asymmetric", "tf_crop_and_resize",   "tf_half_pixel_for_nn"};
};

/// How ResizeMode::nearest rounds a position.
enum class NearestMode { round_prefer_floor, round_prefer_ceil, floor, ceil };
template <>
struct EnumWords<NearestMode> {
  static constexpr const char* words[] = {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"};
};

/// One element of src and its share in an output element, along one axis.
struct ResizeTap {
  int64_t index = 0;
  double weight = 1;
  bool operator==(const ResizeTap&) const = default;
};

struct Resize : OpBase<Resize> {
  static constexpr const char* kName = "resize";
  ResizeMode mode = ResizeMode::nearest;
  CoordinateMode coordinates = CoordinateMode::half_pixel;
  NearestMode nearest = NearestMode::round_prefer_floor;
  double cubic_coeff_a = -0.75;    ///< the cubic kernel's free parameter
  bool exclude_outside = false;    ///< weights of elements beyond the edges are 0, the others grow to sum 1
  bool antialias = false;          ///< linear, cubic: the kernel is widened by 1/scale where scale < 1
  double extrapolation_value = 0;  ///< tf_crop_and_resize: for positions outside src
  std::vector<double> scales;      ///< one an axis; none: shape / src, exactly
  std::vector<double> roi;         ///< tf_crop_and_resize: begins of all axes, then ends
  Shape shape;                     ///< of dst

  template <class V>
  void fields(V& v) {
    v("mode", mode);
    v("coordinates", coordinates);
    v("nearest", nearest);
    v("cubic_coeff_a", cubic_coeff_a);
    v("exclude_outside", exclude_outside);
    v("antialias", antialias);
    v("extrapolation_value", extrapolation_value);
    v("scales", scales);
    v("roi", roi);
    v("shape", shape);
  }
  /// What output index `i` along `axis` is computed from, indices rising; none: extrapolation_value.
  /// `extent` is src's.
  std::vector<ResizeTap> taps(int axis, int64_t i, int64_t extent) const;

  std::vector<TensorType> infer(const InputTypes& inputs) const override;
  /// Integers: the weighted sum is truncated towards zero and saturates.
  void reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const override;
  Region input_region(int index, const Region& output, const InputTypes& inputs) const override;
  int64_t reference_steps(const InputTypes& inputs, const std::vector<TensorType>& outputs) const override;
};

}  // namespace convoy
