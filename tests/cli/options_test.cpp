#include "cli/options.h"

#include <gtest/gtest.h>

#include "cli/layers.h"
#include "cli/measure.h"
#include "support/expect_error.h"

namespace convoy::cli {
namespace {

TEST(ParseShape, BothNotations) {
  EXPECT_EQ(parse_shape("1x3x224x224", "--shape"), (Shape{1, 3, 224, 224}));
  EXPECT_EQ(parse_shape("1,3,32,48", "--shape"), (Shape{1, 3, 32, 48}));
  EXPECT_EQ(parse_shape("7", "--shape"), (Shape{7}));
}

TEST(ParseShape, RefusesEverythingElse) {
  for (const char* text : {"", "x", "1x", "x1", "1x3x-2", "0x3", "1xHxW", "1 x 3", "99999999999999999999", "1x3,4"}) {
    expect_error(ErrorKind::usage, "is not a shape like 1x3x224x224", [&] { parse_shape(text, "--shape"); });
  }
}

CompileOptions set(const std::string& text) {
  ModelOptions options;
  options.settings = {text};
  return compile_options(options);
}

TEST(CompileOptions, Settings) {
  EXPECT_EQ(set("conv1:impl=direct").set_impl[0], (std::pair<std::string, std::string>("conv1", "direct")));
  EXPECT_EQ(set("a/b:0:impl=x").set_impl[0].first, "a/b:0");
  for (const char* text : {"conv1", "conv1:impl=", ":impl=x", "impl=x"}) {
    expect_error(ErrorKind::usage, "PATTERN:impl=NAME", [&] { set(text); });
  }
  expect_error(ErrorKind::usage, "'layout' cannot be set", [] { set("conv1:layout=NHWC"); });
}

TEST(CompileOptions, NamedShapes) {
  ModelOptions options;
  options.shapes = {"a=1x2", "b:0=3"};
  const CompileOptions compile = compile_options(options);
  EXPECT_EQ(compile.shapes.at("a"), (Shape{1, 2}));
  EXPECT_EQ(compile.shapes.at("b:0"), (Shape{3}));
  options.shapes = {"a=1", "a=2"};
  expect_error(ErrorKind::usage, "'a' twice", [&] { compile_options(options); });
}

TEST(Summarise, Quantiles) {
  std::vector<double> samples;
  for (int i = 100; i >= 0; --i) samples.push_back(i);
  const Latency latency = summarise(samples);
  EXPECT_EQ(latency.min, 0);
  EXPECT_EQ(latency.p10, 10);
  EXPECT_EQ(latency.median, 50);
  EXPECT_EQ(latency.p90, 90);
  EXPECT_EQ(latency.mean, 50);
  EXPECT_EQ(latency.runs, 101);
  EXPECT_DOUBLE_EQ(latency.spread(), 1.6);
  EXPECT_EQ(summarise({7}).p90, 7);
}

TEST(KernelKind, IsTheNameUpToTheType) {
  EXPECT_EQ(kernel_kind("conv2d_direct_f32_14x2_avx512"), "conv2d_direct");
  EXPECT_EQ(kernel_kind("reference"), "reference");
}

}  // namespace
}  // namespace convoy::cli
