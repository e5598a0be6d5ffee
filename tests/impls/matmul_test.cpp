// Matrix products.
#include "ops/matmul.h"

#include <gtest/gtest.h>

#include "impls/harness.h"
#include "impls/matmul/list.h"

namespace convoy {
namespace {

struct ProductCase {
  Shape a, b;
  bool trans_a = false, trans_b = false;
};

MatMul op_of(const ProductCase& c) {
  MatMul op;
  op.trans_a = c.trans_a;
  op.trans_b = c.trans_b;
  return op;
}

Tolerance tolerance_of(const ProductCase& c) {
  return {.ulps = 4, .terms = static_cast<double>(c.a[c.a.rank() - (c.trans_a ? 2 : 1)] + 4)};
}

/// The right-hand side is constant.
void check_constant(const Impl& impl, const ProductCase& c) {
  check(
      impl,
      [&](CaseBuilder& b) {
        return b.add(op_of(c), {b.input(c.a), b.constant(c.b)});
      },
      tolerance_of(c));
}

/// With bias, residual and ReLU; both sides are computed at run time.
void check_computed(const Impl& impl, const ProductCase& c) {
  auto build = [&](CaseBuilder& b) {
    const MatMul op = op_of(c);
    const MatMulGeometry g = op.geometry(c.a, c.b);
    std::vector<int64_t> dst(g.batch.begin(), g.batch.end());
    dst.insert(dst.end(), {g.m, g.n});
    const ValueId product = b.add(op, {b.input(c.a), b.input(c.b)});
    const ValueId biased = b.add(binary(BinaryKind::add), {product, b.constant(Shape{g.n})});
    const ValueId sum = b.add(binary(BinaryKind::add), {biased, b.input(Shape(dst))});
    return b.add(unary(UnaryKind::relu), {sum});
  };
  check(impl, build, tolerance_of(c));
}

std::vector<ProductCase> rows_times_matrix() {
  std::vector<ProductCase> cases;
  for (int64_t m : {1, 3, 5, 17}) {
    for (int64_t n : {1, 10, 64, 130}) {
      for (int64_t k : {1, 37}) {
        cases.push_back({Shape{m, k}, Shape{k, n}, false, false});
        cases.push_back({Shape{m, k}, Shape{n, k}, false, true});
      }
    }
  }
  cases.push_back({Shape{9, 7}, Shape{9, 20}, true, false});
  return cases;
}

TEST(PackedMatMul, ShapesAndTransposes) {
  for (const ProductCase& c : rows_times_matrix()) check_constant(matmul_packed(), c);
  check_constant(matmul_packed(), {Shape{2, 3, 4, 9}, Shape{9, 20}});
}

TEST(UnpackedMatMul, ShapesAndTransposes) {
  for (const ProductCase& c : rows_times_matrix()) check_computed(matmul_unpacked(), c);
  check_constant(matmul_unpacked(), {Shape{1, 37}, Shape{20, 37}, false, true});
}

TEST(UnpackedMatMul, LeadingAxesBroadcast) {
  for (bool trans_b : {false, true}) {
    auto b = [&](std::vector<int64_t> leading) {
      leading.insert(leading.end(), {trans_b ? 35 : 9, trans_b ? 9 : 35});
      return Shape(leading);
    };
    check_computed(matmul_unpacked(), {Shape{2, 3, 6, 9}, b({2, 3}), false, trans_b});
    check_computed(matmul_unpacked(), {Shape{2, 3, 6, 9}, b({}), false, trans_b});
    check_computed(matmul_unpacked(), {Shape{6, 9}, b({4}), false, trans_b});
    check_computed(matmul_unpacked(), {Shape{2, 1, 6, 9}, b({1, 3}), false, trans_b});
  }
}

TEST(UnpackedMatMul, RefusesWhatItsLoopsCannotWalk) {
  auto refusal = [](const ProductCase& c) {
    return proposal_for(matmul_unpacked(),
                        [&](CaseBuilder& b) {
                          return b.add(op_of(c), {b.input(c.a), b.input(c.b)});
                        })
        .refusal;
  };
  EXPECT_EQ(refusal({Shape{9, 7}, Shape{20, 9}, true, true}), "both sides are transposed");
  EXPECT_EQ(refusal({Shape{9, 1}, Shape{20, 9}, true, true}), "");
  EXPECT_EQ(refusal({Shape{9}, Shape{9, 20}}), "one side is a vector");
}

}  // namespace
}  // namespace convoy
