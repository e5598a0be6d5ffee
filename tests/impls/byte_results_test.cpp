// Which last nodes of an epilogue make bytes of its results.
#include "impls/byte_results.h"

#include <gtest/gtest.h>

#include "ops/cast.h"
#include "ops/elementwise.h"

namespace convoy {
namespace {

/// Sums of bytes as floats, which `scale` is applied to, rounded and made bytes.
std::optional<ByteResults> results_of(const std::function<ValueId(GraphBuilder&, ValueId)>& scale) {
  GraphBuilder b;
  Cast real, narrow;
  real.to = DType::f32, narrow.to = DType::i8;
  const ValueId sums = b.make(real, {b.input("x", {DType::i8, Shape{8}})}, "real");
  const ValueId rounded = b.make(unary(UnaryKind::round), {scale(b, sums)}, "round");
  b.output(b.make(narrow, {rounded}, "narrow"));
  const Graph graph = std::move(b).finish();
  return find_byte_results(graph, graph.nodes);
}

/// Doubles `x` so many times, and halves it as often.
ValueId doubled_and_halved(GraphBuilder& b, ValueId x, int doubled, int halved) {
  const ValueId half = b.constant("half", Tensor::scalar(0.5F));
  for (int i = 0; i < std::max(doubled, halved); ++i) {
    if (i < doubled) x = b.make(binary(BinaryKind::add), {x, x}, "double");
    if (i < halved) x = b.make(binary(BinaryKind::mul), {x, half}, "halve");
  }
  return x;
}

/// Results that are read twice, by nodes that are: 2^60 ways through them.
TEST(ByteResults, RangesOfResultsReadTwice) {
  const auto scaled = [](int doubled, int halved) {
    return results_of([=](GraphBuilder& b, ValueId x) { return doubled_and_halved(b, x, doubled, halved); });
  };
  const auto found = scaled(60, 60);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->first, 121u) << "round, and what makes bytes of it";
  EXPECT_TRUE(scaled(60, 37)) << "up to 2^30";
  EXPECT_FALSE(scaled(60, 36)) << "up to 2^31";
}

}  // namespace
}  // namespace convoy
