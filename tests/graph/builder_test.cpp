#include <gtest/gtest.h>

#include <limits>

#include "graph/graph.h"
#include "graph/text.h"
#include "ops/cast.h"
#include "ops/elementwise.h"
#include "ops/expand.h"
#include "ops/gather.h"
#include "ops/lrn.h"
#include "ops/matmul.h"
#include "ops/max_pool2d.h"
#include "support/expect_error.h"

namespace convoy {
namespace {

TEST(GraphBuilder, InfersTypesAndNamesOutputs) {
  GraphBuilder builder("g");
  const ValueId x = builder.input("x", {DType::f32, {2, 3}}), y = builder.input("y", {DType::f32, {3}});
  const ValueId sum = builder.make(binary(BinaryKind::add), {x, y}, "add1");
  EXPECT_EQ(builder.type(sum).str(), "f32[2x3]");
  EXPECT_EQ(builder.graph().value(sum).name, "add1");
}

TEST(GraphBuilder, FoldsConstants) {
  GraphBuilder builder("g");
  const ValueId a = builder.constant("a", Tensor::of<float>({1, 2})), b = builder.constant("b", Tensor::scalar(3.0f));
  const ValueId sum = builder.make(binary(BinaryKind::add), {a, b}, "sum");
  ASSERT_NE(builder.constant_of(sum), nullptr);
  EXPECT_EQ(builder.constant_of(sum)->as<float>()[1], 5.0f);
  EXPECT_TRUE(builder.graph().nodes.empty());
  builder.output(sum);
  const Graph graph = std::move(builder).finish();
  EXPECT_EQ(graph.values.size(), 1u);
}

TEST(GraphBuilder, DoesNotFoldWhatGrowsLarge) {
  GraphBuilder builder("g");
  const ValueId row = builder.constant("row", Tensor(DType::f32, {1, 2048}));
  const ValueId column = builder.constant("column", Tensor(DType::f32, {2048, 1}));
  const ValueId sum = builder.make(binary(BinaryKind::add), {row, column}, "sum");
  EXPECT_EQ(builder.constant_of(sum), nullptr);
  EXPECT_EQ(builder.graph().nodes.size(), 1u);
}

TEST(GraphBuilder, DoesNotFoldLongComputations) {
  GraphBuilder builder("g");
  const ValueId a = builder.constant("a", Tensor(DType::f32, {1, 1 << 17}));
  const ValueId b = builder.constant("b", Tensor(DType::f32, {1 << 17, 64}));
  const ValueId many = builder.constant("many", Tensor(DType::f32, {1024, 1 << 17}));
  EXPECT_EQ(builder.constant_of(builder.make(MatMul(), {many, b}, "long")), nullptr);
  EXPECT_NE(builder.constant_of(builder.make(MatMul(), {a, b}, "short")), nullptr);
}

TEST(GraphBuilder, FoldsWithinABudget) {
  GraphBuilder builder("g");
  Expand op;
  op.shape = Shape{1 << 20};
  const ValueId one = builder.constant("one", Tensor::scalar(1.0f));
  int folded = 0;
  for (int i = 0; i < 1000; ++i) {
    const ValueId large = builder.make(op, {one}, "large");
    folded += builder.constant_of(large) != nullptr;
    builder.output(large);
  }
  EXPECT_EQ(folded, 64) << "256 MiB of 4 MiB";
  const Graph graph = std::move(builder).finish();
  const Graph rewritten = rewrite(graph, [](RewriteContext&) { return std::nullopt; });
  EXPECT_EQ(rewritten.nodes.size(), 1000u - folded) << "rewriting has what the builder left";
}

TEST(GraphBuilder, LargeModelsMayFoldMore) {
  GraphBuilder builder("g");
  ValueId weights = builder.given_constant("weights", Tensor(DType::f32, {24 << 20}));
  for (int i = 0; i < 3; ++i) weights = builder.make(Cast(), {weights}, "convert");
  EXPECT_NE(builder.constant_of(weights), nullptr);
}

TEST(GraphBuilder, CountsTheStepsOfPools) {
  // 2^20 windows of 2^20 elements: few constants, many hours.
  GraphBuilder builder("g");
  MaxPool2d pool;
  pool.kernel = {1 << 10, 1 << 10};
  pool.window.pads = {1023, 1023, 0, 0};
  const ValueId src = builder.constant("src", Tensor(DType::f32, {1, 1, 1 << 10, 1 << 10}));
  EXPECT_EQ(builder.constant_of(builder.make(pool, {src}, "pool")), nullptr);
  Lrn lrn;
  lrn.size = 1 << 20;
  const ValueId channels = builder.constant("channels", Tensor(DType::f32, {1, 1 << 20, 1, 1}));
  EXPECT_EQ(builder.constant_of(builder.make(lrn, {channels}, "lrn")), nullptr);
}

TEST(GraphBuilder, RefusesHighRanks) {
  GraphBuilder builder("g");
  expect_error(ErrorKind::unsupported, "input 'x': a tensor of rank 33; 32 is the highest", [&] {
    builder.input("x", {DType::f32, Shape(std::vector<int64_t>(33, 1))});
  });
}

TEST(GraphBuilder, ErrorsNameTheNode) {
  GraphBuilder builder("g");
  const ValueId x = builder.input("x", {DType::f32, {2}}), y = builder.input("y", {DType::i64, {2}});
  expect_invalid("node 'block/sum' (add): lhs and rhs are f32[2] and i64[2]", [&] {
    builder.make(binary(BinaryKind::add), {x, y}, "block/sum");
  });
  const ValueId index = builder.constant("index", Tensor::scalar<int64_t>(5));
  const ValueId data = builder.constant("data", Tensor::of<float>({1, 2}));
  expect_invalid("node 'pick' (gather): index 5 is out of range", [&] {
    builder.make(Gather(), {data, index}, "pick");
  });
  expect_error(ErrorKind::internal, "input 77 is no value", [&] { builder.make(Cast(), {77}, "c"); });
}

TEST(GraphBuilder, RefusesHugeValues) {
  GraphBuilder builder("g");
  const ValueId row = builder.input("row", {DType::f32, {1, 1 << 20}});
  const ValueId column = builder.input("column", {DType::f32, {1 << 20, 1}});
  expect_error(ErrorKind::unsupported, "node 'sum' (add): the output f32[1048576x1048576] has more than 2^31 elements",
               [&] {
                 builder.make(binary(BinaryKind::add), {row, column}, "sum");
               });
  expect_error(ErrorKind::unsupported, "input 'none': the output f32[0x9223372036854775807] is empty, but its other",
               [&] {
                 builder.input("none", {DType::f32, {0, std::numeric_limits<int64_t>::max()}});
               });
  expect_error(ErrorKind::unsupported, "input 'huge'", [&] { builder.input("huge", {DType::u8, {int64_t{1} << 32}}); });
}

TEST(GraphBuilder, MakesNamesUnique) {
  GraphBuilder builder("g");
  const ValueId x = builder.input("x", {DType::f32, {2}});
  const ValueId a = builder.make(Cast(), {x}, "x"), b = builder.make(Cast(), {a}, "x"),
                c = builder.make(Cast(), {b}, "");
  EXPECT_EQ(builder.graph().value(a).name, "x_1");
  EXPECT_EQ(builder.graph().value(b).name, "x_2");
  builder.rename(b, "x");
  EXPECT_EQ(builder.graph().value(b).name, "x_3");
  builder.rename(c, "result");
  builder.output(c);
  const Graph graph = std::move(builder).finish();
  EXPECT_EQ(graph.nodes[0].name, "x");
  EXPECT_EQ(graph.nodes[1].name, "x_1");
  EXPECT_EQ(graph.nodes[2].name, "cast");
  EXPECT_EQ(graph.value(graph.outputs[0]).name, "result");
}

TEST(GraphBuilder, FinishDropsWhatNoOutputNeeds) {
  GraphBuilder builder("g");
  const ValueId x = builder.input("x", {DType::f32, {2}}), unused = builder.input("unused", {DType::f32, {3}});
  builder.constant("c", Tensor::scalar(1.0f));
  builder.make(Cast(), {unused}, "dead");
  builder.output(builder.make(Cast(), {x}, "live"));
  const Graph graph = std::move(builder).finish();
  EXPECT_EQ(to_text(graph),
            "graph g\ninput %x f32[2]\ninput %unused f32[3]\n%live f32[2] = cast(%x) to=f32 @live\noutput %live\n");
  EXPECT_TRUE(verify(graph).empty());
}

TEST(GraphBuilder, RefusesAnOutputTwice) {
  GraphBuilder builder("g");
  const ValueId x = builder.input("x", {DType::f32, {2}});
  builder.output(x);
  expect_invalid("'x' is a network output twice", [&] { builder.output(x); });
}

}  // namespace
}  // namespace convoy
