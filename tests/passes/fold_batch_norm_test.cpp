#include "passes/fold_batch_norm.h"

#include <limits>

#include "passes/pass_test.h"
#include "support/mutations.h"

namespace convoy {
namespace {

TEST(FoldBatchNorm, IntoConvolutionWithWhatFollows) {
  const Graph after = expect_pass(fold_batch_norm, R"(graph g
input %x f32[1x2x5x5]
constant %w f32[6x1x3x3] ...
constant %b f32[6] ...
constant %scale f32[6] ...
constant %bias f32[6] ...
constant %mean f32[6] ...
constant %variance f32[6] ...
constant %column f32[6x1x1] 1 -2 3 -4 5 -6
constant %row f32[1x6x1x1] 0.5 0.25 2 4 1 -1
constant %two f32[] 2
%a f32[1x6x3x3] = conv2d(%x, %w, %b) strides=[1,1] dilations=[1,1] pads=[0,0,0,0] group=2 @conv
%c f32[1x6x3x3] = batch_norm(%a, %scale, %bias, %mean, %variance) epsilon=0.001
%d f32[1x6x3x3] = mul(%c, %column)
%e f32[1x6x3x3] = sub(%two, %d)
%f f32[1x6x3x3] = div(%e, %row)
%y f32[1x6x3x3] = relu(%f)
output %y
)",
                                  "%f = conv2d(%x, f32[6x1x3x3], f32[6]) strides=[1,1] dilations=[1,1] "
                                  "pads=[0,0,0,0] group=2\n%y = relu(%f) alpha=0 beta=0\n");
  EXPECT_EQ(after.nodes[0].name, "conv");
}

TEST(FoldBatchNorm, OneNumberForBillionsOfChannels) {
  const auto network = [](unsigned seed) {
    return fmt::format(R"(graph g
input %x f32[{0}]
constant %half f32[] 0.5
%y f32[{0}] = mul(%x, %half)
output %y
)",
                       std::numeric_limits<int32_t>::max() - static_cast<int32_t>(seed));
  };
  expect_import_or_error(network, "passes_tests",
                         [](const std::string& text) { fold_batch_norm(graph_from_text(text)); });
}

TEST(FoldBatchNorm, GivesTheHandComputedWeights) {
  const Graph after = expect_pass(fold_batch_norm, R"(graph g
input %x f32[1x1x2x2]
constant %w f32[2x1x1x1] 3 5
constant %scale f32[2] 2 3
constant %bias f32[2] 1 -1
constant %mean f32[2] 10 20
constant %variance f32[2] 4 9
%a f32[1x2x2x2] = conv2d(%x, %w, _) strides=[1,1] dilations=[1,1] pads=[0,0,0,0] group=1
%y f32[1x2x2x2] = batch_norm(%a, %scale, %bias, %mean, %variance) epsilon=0
output %y
)",
                                  "%y = conv2d(%x, 2x1x1x1[3 5], 2[-9 -21]) strides=[1,1] dilations=[1,1] "
                                  "pads=[0,0,0,0] group=1\n");
}

TEST(FoldBatchNorm, IntoTransposedConvolutionOfGroups) {
  expect_pass(fold_batch_norm, R"(graph g
input %x f32[1x4x3x3]
constant %w f32[4x3x2x2] ...
constant %scale f32[1x6x1x1] 1 2 3 4 5 6
constant %shift f32[6x1x1] 6 5 4 3 2 1
%a f32[1x6x6x6] = conv_transpose2d(%x, %w, _) strides=[2,2] dilations=[1,1] pads=[0,0,0,0] output_padding=[0,0] group=2
%b f32[1x6x6x6] = mul(%a, %scale)
%y f32[1x6x6x6] = add(%shift, %b)
output %y
)",
              "%y = conv_transpose2d(%x, f32[4x3x2x2], f32[6]) strides=[2,2] dilations=[1,1] pads=[0,0,0,0] "
              "output_padding=[0,0] group=2\n");
}

TEST(FoldBatchNorm, IntoMatrixProduct) {
  for (const char* weights : {"constant %w f32[4x3] ...\n%a f32[2x3] = matmul(%x, %w) trans_a=0 trans_b=0",
                              "constant %w f32[3x4] ...\n%a f32[2x3] = matmul(%x, %w) trans_a=0 trans_b=1"}) {
    const std::string text = std::string(R"(graph g
input %x f32[2x4]
constant %bias f32[3] 1 2 3
constant %scale f32[3] ...
constant %shift f32[3] ...
constant %mean f32[3] ...
constant %variance f32[3] ...
)") + weights + R"(
%b f32[2x3] = add(%a, %bias)
%y f32[2x3] = batch_norm(%b, %scale, %shift, %mean, %variance) epsilon=0.001
output %y
)";
    const Graph before = random_graph_from_text(text), after = fold_batch_norm(before);
    ASSERT_EQ(after.nodes.size(), 2u);
    EXPECT_EQ(after.nodes[0].op->name(), "matmul");
    EXPECT_EQ(after.nodes[1].op->name(), "add");
    expect_same_results(before, after);
  }
}

TEST(FoldBatchNorm, LeavesABiasBehindAMatrixProduct) {
  expect_unchanged(fold_batch_norm, R"(graph g
input %x f32[2x4]
constant %w f32[4x3] ...
constant %bias f32[3] 1 2 3
%a f32[2x3] = matmul(%x, %w) trans_a=0 trans_b=0
%y f32[2x3] = add(%a, %bias)
output %y
)");
}

TEST(FoldBatchNorm, LowersWhatHasNoProducerToFoldInto) {
  expect_pass(fold_batch_norm, R"(graph g
input %x f32[2x2x3x3]
constant %scale f32[2] 2 3
constant %bias f32[2] 1 -1
constant %mean f32[2] 10 20
constant %variance f32[2] 4 9
constant %factor f32[2x1x1] 2 4
%a f32[2x2x3x3] = batch_norm(%x, %scale, %bias, %mean, %variance) epsilon=0
%y f32[2x2x3x3] = mul(%a, %factor)
output %y
)",
              "%y_mul = mul(%x, 2x1x1[2 4])\n%y = add(%y_mul, 2x1x1[-18 -84])\n");
}

TEST(FoldBatchNorm, KeepsAConvolutionWhoseResultIsUsedTwice) {
  expect_pass(fold_batch_norm, R"(graph g
input %x f32[1x1x2x2]
constant %w f32[2x1x1x1] 3 5
constant %shift f32[2x1x1] 1 2
%a f32[1x2x2x2] = conv2d(%x, %w, _) strides=[1,1] dilations=[1,1] pads=[0,0,0,0] group=1
%b f32[1x2x2x2] = add(%a, %shift)
%y f32[1x2x2x2] = mul(%a, %b)
output %y
)",
              R"(%a = conv2d(%x, 2x1x1x1[3 5], _) strides=[1,1] dilations=[1,1] pads=[0,0,0,0] group=1
%b = add(%a, 2x1x1[1 2])
%y = mul(%a, %b)
)",
              0);
}

TEST(FoldBatchNorm, GivesLayersThatShareWeightsTheirOwn) {
  expect_pass(fold_batch_norm, R"(graph g
input %x f32[1x1x2x2]
constant %w f32[2x1x1x1] 3 5
constant %two f32[] 2
%a f32[1x2x2x2] = conv2d(%x, %w, _)
%b f32[1x2x2x2] = mul(%a, %two)
%c f32[1x2x2x2] = conv2d(%x, %w, _)
%y f32[1x2x2x2] = sub(%b, %c)
output %y
)",
              R"(%b = conv2d(%x, 2x1x1x1[6 10], _) strides=[1,1] dilations=[1,1] pads=[0,0,0,0] group=1
%c = conv2d(%x, 2x1x1x1[3 5], _) strides=[1,1] dilations=[1,1] pads=[0,0,0,0] group=1
%y = sub(%b, %c)
)");
}

TEST(FoldBatchNorm, KeepsConstantsThatAreNotPerChannel) {
  expect_unchanged(fold_batch_norm, R"(graph g
input %x f32[1x1x2x2]
constant %w f32[2x1x1x1] 3 5
constant %columns f32[2] 1 2
%a f32[1x2x2x2] = conv2d(%x, %w, _) strides=[1,1] dilations=[1,1] pads=[0,0,0,0] group=1
%y f32[1x2x2x2] = add(%a, %columns)
output %y
)");
}

TEST(FoldBatchNorm, KeepsDivisionByZero) {
  expect_pass(fold_batch_norm, R"(graph g
input %x f32[1x1x2x2]
constant %w f32[1x1x1x1] 3
constant %zero f32[] 0
%a f32[1x1x2x2] = conv2d(%x, %w, _) strides=[1,1] dilations=[1,1] pads=[0,0,0,0] group=1
%b f32[1x1x2x2] = div(%a, %zero)
%y f32[1x1x2x2] = sigmoid(%b)
output %y
)",
              R"(%a = conv2d(%x, 1x1x1x1[3], _) strides=[1,1] dilations=[1,1] pads=[0,0,0,0] group=1
%b = div(%a, 0)
%y = sigmoid(%b) alpha=0 beta=0
)");
}

}  // namespace
}  // namespace convoy
