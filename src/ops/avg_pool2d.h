// 2-D average pooling: dst[n,c,oh,ow] = the sum of src[n,c,y,x] over the window, divided by the number of
// its taps inside src, or inside src and its padding with count_include_pad. What ceil_mode adds beyond the
// padding never counts. Averages of integers are rounded to the nearest, halves away from zero (TFLite).
#pragma once

#include "graph/op.h"
#include "ops/window2d.h"

namespace convoy {

struct AvgPool2d : OpBase<AvgPool2d> {
  static constexpr const char* kName = "avg_pool2d";
  std::vector<int64_t> kernel = {1, 1};  ///< rows, columns
  Window2d window;
  bool ceil_mode = false;
  bool count_include_pad = false;

  template <class V>
  void fields(V& v) {
    v("kernel", kernel);
    window.fields(v);
    v("ceil_mode", ceil_mode);
    v("count_include_pad", count_include_pad);
  }
  /// What the sum at output (oh, ow) is divided by, for an H x W plane; 1 when no tap counts.
  int64_t divisor(int64_t oh, int64_t ow, const Extent2d& plane) const;

  std::vector<TensorType> infer(const InputTypes& inputs) const override;
  void reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const override;
  Region input_region(int index, const Region& output, const InputTypes& inputs) const override;
  int64_t reference_steps(const InputTypes& inputs, const std::vector<TensorType>& outputs) const override;
};

}  // namespace convoy
