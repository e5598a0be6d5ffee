#include "ops/matmul.h"

#include "ops/checks.h"
#include "ops/elementwise.h"
#include "ops/index.h"

namespace convoy {
namespace {

/// The axes before the matrix.
Shape batch_of(const Shape& shape) {
  const int matrix_rank = shape.rank() == 1 ? 1 : 2;
  return Shape(std::vector<int64_t>(shape.begin(), shape.end() - matrix_rank));
}

/// Of sums. Wide integers are multiplied as they are.
DType sum_type(const TensorType& a, const TensorType& b, const ZeroPoints& zeros, int64_t columns) {
  if (is_quantised_product(a, b) || zeros != ZeroPoints()) return product_type(a, b, zeros, columns);
  expect_same_dtype(a, b, "a and b");
  if (a.dtype == DType::boolean) invalid_input("a and b are {} and {}, expected numbers", a.str(), b.str());
  return a.dtype;
}

}  // namespace

MatMulGeometry MatMul::geometry(const Shape& a, const Shape& b) const {
  if (a.rank() == 0 || b.rank() == 0) invalid_input("a is {} and b is {}, expected rank 1 or more", a.str(), b.str());
  const int a_rank = a.rank(), b_rank = b.rank();
  if ((trans_a && a_rank == 1) || (trans_b && b_rank == 1)) {
    invalid_input("a is {} and b is {}, a vector cannot be transposed", a.str(), b.str());
  }
  const int64_t m = a_rank == 1 ? 1 : a[a_rank - (trans_a ? 1 : 2)];
  const int64_t n = b_rank == 1 ? 1 : b[b_rank - (trans_b ? 2 : 1)];
  const int64_t a_k = a[a_rank - (trans_a ? 2 : 1)];
  const int64_t b_k = b_rank == 1 ? b[0] : b[b_rank - (trans_b ? 1 : 2)];
  if (a_k != b_k) {
    invalid_input("a {}{} has k={}, but b {}{} has k={}", a.str(), trans_a ? " transposed" : "", a_k, b.str(),
                  trans_b ? " transposed" : "", b_k);
  }
  return {broadcast_shape(batch_of(a), batch_of(b)), m, n, a_k};
}

std::vector<TensorType> MatMul::infer(const InputTypes& inputs) const {
  expect_inputs(inputs, 2);
  const TensorType &a = *inputs[0], &b = *inputs[1];
  const MatMulGeometry sizes = geometry(a.shape, b.shape);
  const DType sum = sum_type(a, b, zeros, sizes.n);
  std::vector<int64_t> dims = sizes.batch.dims();
  if (a.shape.rank() > 1) dims.push_back(sizes.m);
  if (b.shape.rank() > 1) dims.push_back(sizes.n);
  return {{sum, Shape(std::move(dims))}};
}

/// Rows of dst need their rows of `a`, columns their columns of `b`, both with all of k.
Region MatMul::input_region(int index, const Region& output, const InputTypes& inputs) const {
  const Shape &a = inputs[0]->shape, &b = inputs[1]->shape, &input = index == 0 ? a : b;
  const int batch_rank = geometry(a, b).batch.rank();
  Region batch{{output.begin.begin(), output.begin.begin() + batch_rank},
               {output.end.begin(), output.end.begin() + batch_rank}};
  Region region = broadcast_region(batch_of(input), batch);
  if (input.rank() == 1) return Region::whole(input);
  // Where the rows (of a) or the columns (of b) are in dst and in the input.
  const int dst_axis = index == 0 || a.rank() == 1 ? batch_rank : batch_rank + 1;
  const bool free_axis_first = index == 0 ? !trans_a : trans_b;
  const int64_t k = input[input.rank() - (free_axis_first ? 1 : 2)];
  const auto append = [&](int64_t begin, int64_t end) {
    region.begin.push_back(begin);
    region.end.push_back(end);
  };
  if (!free_axis_first) append(0, k);
  append(output.begin[dst_axis], output.end[dst_axis]);
  if (free_axis_first) append(0, k);
  return region;
}

int64_t MatMul::macs(const InputTypes& inputs, const std::vector<TensorType>& outputs) const {
  return outputs[0].shape.elems() * geometry(inputs[0]->shape, inputs[1]->shape).k;
}

}  // namespace convoy
