#include "ops/index.h"
#include "ops/matmul.h"
#include "ops/products.h"

namespace convoy {
namespace {

/// Where the elements of an input are: one stride an axis of the batch, one along its rows (of a) or
/// columns (of b), one along k.
struct OperandStrides {
  std::vector<int64_t> batch;
  int64_t free = 0, k = 1;
};

OperandStrides operand_strides(const Shape& shape, const Shape& batch, bool free_axis_first) {
  OperandStrides result;
  if (shape.rank() == 1) {
    result.batch.assign(batch.rank(), 0);
    return result;
  }
  const int rank = shape.rank();
  result.batch = broadcast_strides(Shape(std::vector<int64_t>(shape.begin(), shape.end() - 2)), batch);
  for (int64_t& stride : result.batch) stride *= shape[rank - 2] * shape[rank - 1];
  result.free = free_axis_first ? shape[rank - 1] : 1;
  result.k = free_axis_first ? 1 : shape[rank - 1];
  return result;
}

/// A row of a times a column of b: offsets of their first terms, how far apart terms lie, and where the sum goes.
struct Dot {
  int64_t a = 0, a_stride = 1, b = 0, b_stride = 1, dst = 0, column = 0;
};

template <class Fn>
void for_each_dot(const MatMul& op, const Shape& a, const Shape& b, Fn&& fn) {
  const MatMulGeometry sizes = op.geometry(a, b);
  const OperandStrides a_strides = operand_strides(a, sizes.batch, !op.trans_a);
  const OperandStrides b_strides = operand_strides(b, sizes.batch, op.trans_b);
  int64_t dst = 0;
  for_each_offset<2>(sizes.batch, {a_strides.batch, b_strides.batch}, [&](int64_t, const auto& offsets) {
    for (int64_t row = 0; row < sizes.m; ++row) {
      for (int64_t col = 0; col < sizes.n; ++col) {
        fn(Dot{offsets[0] + row * a_strides.free, a_strides.k, offsets[1] + col * b_strides.free, b_strides.k, dst++,
               col});
      }
    }
  });
}

/// Integers of one type, which wrap around.
template <class T>
T dot(const T* a, const T* b, const Dot& at, int64_t k) {
  T sum{};
  for (int64_t i = 0; i < k; ++i)
    sum = wrapping_add(sum, wrapping_mul(a[at.a + i * at.a_stride], b[at.b + i * at.b_stride]));
  return sum;
}

}  // namespace

void MatMul::reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const {
  const Tensor &a = *inputs[0], &b = *inputs[1];
  const int64_t k = geometry(a.shape(), b.shape()).k;
  if (is_integer(a.dtype()) && !is_quantised_product(a.type(), b.type())) {
    return visit_dtype(a.dtype(), [&]<class T>() {
      if constexpr (kIsInteger<T>) {
        for_each_dot(*this, a.shape(), b.shape(),
                     [&](const Dot& at) { outputs[0].as<T>()[at.dst] = dot(a.as<T>(), b.as<T>(), at, k); });
      }
    });
  }
  visit_product(inputs, zeros, outputs[0], [&](const auto& product) {
    for_each_dot(*this, a.shape(), b.shape(), [&](const Dot& at) {
      auto sum = product.bias(0);
      for (int64_t i = 0; i < k; ++i) product.add(sum, at.a + i * at.a_stride, at.b + i * at.b_stride, at.column);
      product.store(sum, at.dst);
    });
  });
}

}  // namespace convoy
