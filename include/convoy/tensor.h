// Element types, shapes and dense row-major tensors: what goes into and comes out of a network.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace convoy {

enum class DType : uint8_t { f32, f64, f16, bf16, i8, u8, i16, u16, i32, u32, i64, u64, boolean };

/// Size of one element in bytes.
int64_t size_of(DType dtype);
/// "f32", "i64", "bool", ...
std::string_view to_string(DType dtype);

/// Extents of a tensor, outermost first. Images are N, C, H, W. Rank 0 is a scalar.
class Shape {
 public:
  Shape() = default;
  Shape(std::initializer_list<int64_t> dims) : dims_(dims) {}
  explicit Shape(std::vector<int64_t> dims) : dims_(std::move(dims)) {}

  int rank() const { return static_cast<int>(dims_.size()); }
  int64_t operator[](int axis) const { return dims_[axis]; }
  int64_t& operator[](int axis) { return dims_[axis]; }
  const std::vector<int64_t>& dims() const { return dims_; }
  auto begin() const { return dims_.begin(); }
  auto end() const { return dims_.end(); }
  /// Number of elements; 1 for a scalar.
  int64_t elems() const;
  /// Row-major strides in elements.
  std::vector<int64_t> strides() const;
  /// "1x3x224x224", "scalar".
  std::string str() const;
  bool operator==(const Shape&) const = default;

 private:
  std::vector<int64_t> dims_;
};

struct TensorType {
  DType dtype = DType::f32;
  Shape shape;

  int64_t bytes() const { return shape.elems() * size_of(dtype); }
  /// "f32[1x3x224x224]".
  std::string str() const;
  bool operator==(const TensorType&) const = default;
};

/// A dense row-major array. Copies share the data; it is freed with the last of them.
class Tensor {
 public:
  Tensor() = default;
  /// Allocates, 64-byte aligned, zero-filled.
  explicit Tensor(TensorType type);
  Tensor(DType dtype, Shape shape) : Tensor(TensorType{dtype, std::move(shape)}) {}
  /// Refers to memory owned by `owner`, at least type.bytes() long.
  Tensor(TensorType type, std::shared_ptr<void> data) : type_(std::move(type)), data_(std::move(data)) {}

  /// A rank-0 or rank-1 tensor from values.
  template <class T>
  static Tensor of(const std::vector<T>& values);
  template <class T>
  static Tensor scalar(T value);

  const TensorType& type() const { return type_; }
  DType dtype() const { return type_.dtype; }
  const Shape& shape() const { return type_.shape; }
  int64_t elems() const { return type_.shape.elems(); }
  int64_t bytes() const { return type_.bytes(); }
  bool empty() const { return !data_; }

  void* data() { return data_.get(); }
  const void* data() const { return data_.get(); }
  template <class T>
  T* as() {
    return static_cast<T*>(data_.get());
  }
  template <class T>
  const T* as() const {
    return static_cast<const T*>(data_.get());
  }
  /// The same data under another shape with as many elements.
  Tensor reshaped(Shape shape) const;

 private:
  TensorType type_;
  std::shared_ptr<void> data_;
};

template <class T>
constexpr DType dtype_of();
template <>
constexpr DType dtype_of<float>() {
  return DType::f32;
}
template <>
constexpr DType dtype_of<double>() {
  return DType::f64;
}
template <>
constexpr DType dtype_of<int8_t>() {
  return DType::i8;
}
template <>
constexpr DType dtype_of<uint8_t>() {
  return DType::u8;
}
template <>
constexpr DType dtype_of<int16_t>() {
  return DType::i16;
}
template <>
constexpr DType dtype_of<uint16_t>() {
  return DType::u16;
}
template <>
constexpr DType dtype_of<int32_t>() {
  return DType::i32;
}
template <>
constexpr DType dtype_of<uint32_t>() {
  return DType::u32;
}
template <>
constexpr DType dtype_of<int64_t>() {
  return DType::i64;
}
template <>
constexpr DType dtype_of<uint64_t>() {
  return DType::u64;
}
template <>
constexpr DType dtype_of<bool>() {
  return DType::boolean;
}

template <class T>
Tensor Tensor::of(const std::vector<T>& values) {
  Tensor tensor(dtype_of<T>(), Shape{static_cast<int64_t>(values.size())});
  for (size_t i = 0; i < values.size(); ++i) tensor.as<T>()[i] = values[i];
  return tensor;
}

template <class T>
Tensor Tensor::scalar(T value) {
  Tensor tensor(dtype_of<T>(), Shape{});
  tensor.as<T>()[0] = value;
  return tensor;
}

}  // namespace convoy
