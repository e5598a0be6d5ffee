#include "frontends/tensor_data.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "support/dtypes.h"

namespace convoy {
namespace {

static_assert(std::endian::native == std::endian::little, "model files are little-endian");

Tensor copied(const void* data, const TensorType& type) {
  Tensor tensor(type);
  if (type.bytes() > 0) std::memcpy(tensor.data(), data, static_cast<size_t>(type.bytes()));
  return tensor;
}

/// A byte of a bool may only be 0 or 1 in C++; files may hold any other for true.
Tensor bool_tensor(const unsigned char* data, const TensorType& type) {
  Tensor tensor(type);
  std::transform(data, data + type.bytes(), tensor.as<bool>(), [](unsigned char byte) { return byte != 0; });
  return tensor;
}

template <class To>
std::vector<To> values_as(const Tensor& tensor) {
  return visit_dtype(tensor.dtype(), [&]<class T>() {
    std::vector<To> values;
    values.reserve(static_cast<size_t>(tensor.elems()));
    for (int64_t i = 0; i < tensor.elems(); ++i) values.push_back(static_cast<To>(tensor.as<T>()[i]));
    return values;
  });
}

}  // namespace

Tensor tensor_over(const void* data, const TensorType& type, const std::shared_ptr<const void>& owner) {
  if (type.dtype == DType::boolean) return bool_tensor(static_cast<const unsigned char*>(data), type);
  const bool aligned = reinterpret_cast<uintptr_t>(data) % static_cast<uintptr_t>(size_of(type.dtype)) == 0;
  if (!data || !aligned) return copied(data, type);
  // Tensor has one kind of pointer; nobody writes to constants.
  return Tensor(type, std::shared_ptr<void>(std::const_pointer_cast<void>(owner), const_cast<void*>(data)));
}

std::vector<int64_t> ints_of(const Tensor& tensor) {
  return values_as<int64_t>(tensor);
}

std::vector<double> floats_of(const Tensor& tensor) {
  return values_as<double>(tensor);
}

}  // namespace convoy
