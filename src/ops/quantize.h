// Between floats and quantised numbers, as ONNX defines it:
//   quantize:    dst = clamp(round(src / scale) + zero, low, high), rounding to the nearest, halves to even
//   dequantize:  dst = (src - zero) * scale
// All arithmetic is in f32. scale (f32) and zero (the type of the quantised numbers; absent: 0) have one element, or
// one an index of `axis`. The numbers are i8, u8, i16, u16 or, dequantize only, i32, whose differences wrap around.
//
// Importers write these two; passes/fold_quantization.h makes integer operators of them, and what is left becomes
// elementwise arithmetic (passes/lower_quantization.h), so that kernels never see them.
#pragma once

#include "graph/op.h"

namespace convoy {

struct Quantize : OpBase<Quantize> {
  static constexpr const char* kName = "quantize";
  DType to = DType::i8;
  int64_t low = -128, high = 127;
  int64_t axis = 0;

  template <class V>
  void fields(V& v) {
    v("to", to);
    v("low", low);
    v("high", high);
    v.unless(int64_t{0}, "axis", axis);
  }
  std::vector<TensorType> infer(const InputTypes& inputs) const override;
  void reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const override;
  Region input_region(int index, const Region& output, const InputTypes& inputs) const override;
};

/// To a type of integers, with its whole range.
Quantize quantize_to(DType to, int64_t axis = 0);

struct Dequantize : OpBase<Dequantize> {
  static constexpr const char* kName = "dequantize";
  int64_t axis = 0;

  template <class V>
  void fields(V& v) {
    v.unless(int64_t{0}, "axis", axis);
  }
  /// Weights have to stay integers until the passes have seen what reads them.
  bool folds_constants() const override { return false; }
  std::vector<TensorType> infer(const InputTypes& inputs) const override;
  void reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const override;
  Region input_region(int index, const Region& output, const InputTypes& inputs) const override;
};

Dequantize dequantize(int64_t axis = 0);

/// The shape in which scale or zero broadcasts to a tensor of rank `rank`: no axes, or C, 1, ... 1.
Shape parameter_shape(const Shape& parameter, int rank, int64_t axis);

}  // namespace convoy
