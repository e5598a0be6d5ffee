// Tensors placed by a view in memory that is larger than they are, so that tests see what a kernel reads and
// writes outside of them.
#pragma once

#include <vector>

#include "impls/tensor_view.h"

namespace convoy {

/// How a test lays a tensor out: `padded` leaves gaps along every axis but the innermost, as inside a larger
/// tensor.
struct Arrangement {
  Layout layout = Layout::row_major;
  bool padded = false;
};

/// A view of `type` arranged so.
TensorView arranged_view(const TensorType& type, const Arrangement& arrangement);

class PlacedTensor {
 public:
  /// All bytes are `garbage`, those of the tensor included.
  PlacedTensor(TensorView view, uint8_t garbage);

  const TensorView& view() const { return view_; }
  /// The element at index 0, 0, ...
  void* data() { return bytes_.data() + first_; }
  /// Converts the values to the view's type, where they have another.
  void write(const Tensor& values);
  Tensor read() const;
  /// True when every byte outside of the tensor's elements still is garbage.
  bool surroundings_intact() const;

 private:
  TensorView view_;
  uint8_t garbage_;
  int64_t first_;  ///< byte offset of data()
  std::vector<uint8_t> bytes_;
};

}  // namespace convoy
