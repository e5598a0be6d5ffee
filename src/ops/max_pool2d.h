// 2-D max pooling: dst[n,c,oh,ow] = the largest src[n,c,y,x] of the window; padding is smaller than
// everything. The optional second output tells where each maximum was found (the first one of equals).
#pragma once

#include "graph/op.h"
#include "ops/window2d.h"

namespace convoy {

/// How an element's place is counted: index = (n*C + c)*H*W + y*W + x, or + y + x*H.
enum class IndexOrder { row_major, column_major };
template <>
struct EnumWords<IndexOrder> {
  static constexpr const char* words[] = {"row_major", "column_major"};
};

struct MaxPool2d : OpBase<MaxPool2d> {
  static constexpr const char* kName = "max_pool2d";
  std::vector<int64_t> kernel = {1, 1};  ///< rows, columns
  Window2d window;
  bool ceil_mode = false;
  bool with_indices = false;  ///< two outputs: values, and i64 indices into src
  IndexOrder index_order = IndexOrder::row_major;

  template <class V>
  void fields(V& v) {
    v("kernel", kernel);
    window.fields(v);
    v("ceil_mode", ceil_mode);
    v("with_indices", with_indices);
    v("index_order", index_order);
  }
  std::vector<TensorType> infer(const InputTypes& inputs) const override;
  /// A window without any element of src (possible with dilation and padding) gives the lowest value of the
  /// type and index -1. NaNs are never the maximum.
  void reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const override;
  Region input_region(int index, const Region& output, const InputTypes& inputs) const override;
  int64_t reference_steps(const InputTypes& inputs, const std::vector<TensorType>& outputs) const override;
};

}  // namespace convoy
