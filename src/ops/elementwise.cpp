#include "ops/elementwise.h"

#include <algorithm>

#include "ops/checks.h"
#include "ops/index.h"

namespace convoy {
namespace {

bool computes_integers(UnaryKind kind) {
  return kind == UnaryKind::relu || kind == UnaryKind::clip || kind == UnaryKind::neg || kind == UnaryKind::abs ||
         kind == UnaryKind::sign;
}

bool is_logical(BinaryKind kind) {
  return kind == BinaryKind::logical_and || kind == BinaryKind::logical_or;
}

bool is_comparison(BinaryKind kind) {
  return kind == BinaryKind::equal || kind == BinaryKind::less || kind == BinaryKind::less_equal ||
         kind == BinaryKind::greater || kind == BinaryKind::greater_equal;
}

void check_operands(BinaryKind kind, const TensorType& lhs, const TensorType& rhs) {
  // The exponent may have a type of its own: x^2 with an integer 2.
  if (kind != BinaryKind::pow) expect_same_dtype(lhs, rhs, "lhs and rhs");
  const bool any_boolean = lhs.dtype == DType::boolean || rhs.dtype == DType::boolean;
  if (is_logical(kind)) {
    expect_dtype(lhs, DType::boolean, "lhs");
  } else if (any_boolean && kind != BinaryKind::equal) {
    invalid_input("lhs is {} and rhs is {}, expected numbers", lhs.str(), rhs.str());
  }
}

}  // namespace

Unary unary(UnaryKind kind, double alpha, double beta) {
  Unary op;
  op.kind = kind;
  op.alpha = alpha;
  op.beta = beta;
  return op;
}

Binary binary(BinaryKind kind) {
  Binary op;
  op.kind = kind;
  return op;
}

Shape broadcast_shape(const Shape& a, const Shape& b) {
  const int rank = std::max(a.rank(), b.rank());
  std::vector<int64_t> dims(rank);
  for (int i = 1; i <= rank; ++i) {
    const int64_t x = i <= a.rank() ? a[a.rank() - i] : 1;
    const int64_t y = i <= b.rank() ? b[b.rank() - i] : 1;
    if (x != y && x != 1 && y != 1) invalid_input("shapes {} and {} do not broadcast", a.str(), b.str());
    dims[rank - i] = x == 1 ? y : x;
  }
  return Shape(std::move(dims));
}

std::string Unary::name() const {
  return enum_word(kind);
}

std::vector<TensorType> Unary::infer(const InputTypes& inputs) const {
  expect_inputs(inputs, 1);
  const TensorType& src = *inputs[0];
  if (kind == UnaryKind::logical_not) {
    expect_dtype(src, DType::boolean, "src");
  } else if (!computes_integers(kind) || src.dtype == DType::boolean) {
    expect_float(src, "src");
  }
  return {src};
}

Region Unary::input_region(int index, const Region& output, const InputTypes& inputs) const {
  return output;
}

std::string Binary::name() const {
  return enum_word(kind);
}

std::vector<TensorType> Binary::infer(const InputTypes& inputs) const {
  expect_inputs(inputs, 2);
  const TensorType &lhs = *inputs[0], &rhs = *inputs[1];
  check_operands(kind, lhs, rhs);
  return {{is_comparison(kind) ? DType::boolean : lhs.dtype, broadcast_shape(lhs.shape, rhs.shape)}};
}

Region Binary::input_region(int index, const Region& output, const InputTypes& inputs) const {
  return broadcast_region(inputs[index]->shape, output);
}

}  // namespace convoy
