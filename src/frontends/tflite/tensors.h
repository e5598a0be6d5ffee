// What a TFLite model says about its tensors: type, data of constant ones, quantisation.
#pragma once

#include <convoy/tensor.h>

#include <cstdint>
#include <vector>

#include "frontends/tflite/model_file.h"

namespace convoy::tflite_frontend {

/// value = scale * (stored - zero_point), with one pair for the tensor, or one for each index along `axis`.
struct QuantParams {
  std::vector<float> scale;
  std::vector<int64_t> zero_point;  ///< as many as scales
  int axis = 0;

  bool quantised() const { return !scale.empty(); }
  bool per_channel() const { return scale.size() > 1; }
};

class TensorReader {
 public:
  /// With `in_floats`, quantised tensors are read as the floats that they stand for and have no quantisation.
  explicit TensorReader(const ModelFile& file, bool in_floats = false) : file_(file), in_floats_(in_floats) {}

  /// Throws Error for element types that Convoy does not have.
  DType dtype(int index) const;
  /// Type and shape as declared; open extents have the size that the converter saw. Throws Error for element
  /// types that Convoy does not have, sparse tensors, variables, negative and too many extents.
  TensorType type(int index) const;
  /// Whether the model holds the tensor's data. Tensors without elements need none.
  bool is_constant(int index) const;
  /// The data of a constant tensor, not copied where it is aligned. Throws Error naming the tensor.
  Tensor read(int index) const;
  /// Throws Error when its parts contradict each other or the tensor's shape, and for scales that are no numbers or
  /// negative. A channel of weights may have scale 0.
  QuantParams quantisation(int index) const;

 private:
  const tflite::Buffer& buffer(const tflite::Tensor& tensor) const;
  TensorType stored_type(int index) const;
  Tensor stored(int index) const;
  QuantParams stored_quantisation(int index) const;
  bool stands_for_floats(int index) const;

  const ModelFile& file_;
  bool in_floats_;
};

/// Whether an operator reads or writes integers of 8 or 16 bits that stand for real numbers. Wider ones (biases) and
/// floats, of which converters write the range that they saw, do not make an operator quantised.
bool is_quantised(const ModelFile& file, const TensorReader& tensors, const tflite::Operator& op);

}  // namespace convoy::tflite_frontend
