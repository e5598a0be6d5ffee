#include "ops/index.h"
#include "ops/matmul.h"
#include "support/arithmetic.h"

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

template <class T>
T dot(const T* a, int64_t a_stride, const T* b, int64_t b_stride, int64_t k) {
  using Sum = std::conditional_t<kIsFloat<T>, double, T>;
  Sum sum{};
  for (int64_t i = 0; i < k; ++i) {
    sum = wrapping_add<Sum>(sum, wrapping_mul<Sum>(a[i * a_stride], b[i * b_stride]));
  }
  return convert_to<T>(sum);
}

}  // namespace

void MatMul::reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const {
  const Tensor &a = *inputs[0], &b = *inputs[1];
  const MatMulGeometry sizes = geometry(a.shape(), b.shape());
  const OperandStrides a_strides = operand_strides(a.shape(), sizes.batch, !trans_a);
  const OperandStrides b_strides = operand_strides(b.shape(), sizes.batch, trans_b);
  visit_dtype(a.dtype(), [&]<class T>() {
    const std::array batch_strides{a_strides.batch, b_strides.batch};
    T* dst = outputs[0].as<T>();
    for_each_offset<2>(sizes.batch, batch_strides, [&](int64_t, const std::array<int64_t, 2>& offsets) {
      for (int64_t row = 0; row < sizes.m; ++row) {
        const T* a_row = a.as<T>() + offsets[0] + row * a_strides.free;
        for (int64_t col = 0; col < sizes.n; ++col) {
          *dst++ = dot(a_row, a_strides.k, b.as<T>() + offsets[1] + col * b_strides.free, b_strides.k, sizes.k);
        }
      }
    });
  });
}

}  // namespace convoy
