// Tensors over the bytes of a model file, and the numbers of constant ones.
#pragma once

#include <convoy/tensor.h>

#include <memory>
#include <vector>

namespace convoy {

/// A tensor of the bytes at `data`, which `owner` keeps. They are copied only where they are not aligned, or where
/// a bool holds another byte than 0 and 1.
Tensor tensor_over(const void* data, const TensorType& type, const std::shared_ptr<const void>& owner);

std::vector<int64_t> ints_of(const Tensor& tensor);
std::vector<double> floats_of(const Tensor& tensor);

}  // namespace convoy
