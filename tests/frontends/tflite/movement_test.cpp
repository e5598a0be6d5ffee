// Operators that move elements, and arithmetic on shapes.
#include <gtest/gtest.h>

#include <numeric>

#include "frontends/tflite/model_builder.h"
#include "support/expect_error.h"
#include "support/run_op.h"

namespace convoy::tflite_frontend {
namespace {

using Floats = std::vector<float>;
using Ints = std::vector<int32_t>;

/// 0, 1, 2, ... in this shape.
Tensor counting(const Shape& shape) {
  Floats values(static_cast<size_t>(shape.elems()));
  std::iota(values.begin(), values.end(), 0.0f);
  return make_tensor<float>(shape, values);
}

void expect_tensor(const Tensor& found, const Shape& shape, const Floats& values) {
  EXPECT_EQ(found.shape(), shape);
  EXPECT_EQ(values_of<float>(found), values);
}

TEST(TfliteMovement, Reshape) {
  TestModel by_input;
  by_input.input("x", {2, 3}).ints("s", {2}, {-1, 2}).add(Code::RESHAPE, {"x", "s"}, {"y"}).output("y");
  expect_tensor(by_input.run({counting({2, 3})}), {3, 2}, {0, 1, 2, 3, 4, 5});
  TestModel by_option;
  tflite::ReshapeOptionsT options;
  options.new_shape = {6};
  by_option.input("x", {2, 3}).add(Code::RESHAPE, {"x"}, {"y"}).options(options).output("y");
  expect_tensor(by_option.run({counting({2, 3})}), {6}, {0, 1, 2, 3, 4, 5});
  TestModel wrong;
  wrong.input("x", {2, 3}).ints("s", {2}, {-1, 4}).add(Code::RESHAPE, {"x", "s"}, {"y"}).output("y");
  expect_invalid("operator 0 (RESHAPE, 'y'): the 6 elements of src 2x3 do not fill shape [-1,4]",
                 [&] { wrong.import(); });
}

TEST(TfliteMovement, SqueezeAndExpandDims) {
  TestModel model;
  tflite::SqueezeOptionsT options;
  options.squeeze_dims = {-1, 0};
  model.input("x", {1, 2, 1, 1}).ints("axis", {}, {-1}).add(Code::SQUEEZE, {"x"}, {"s"}).options(options);
  model.add(Code::EXPAND_DIMS, {"s", "axis"}, {"e"}).output("s").output("e");
  const auto found = model.run_all({counting({1, 2, 1, 1})});
  EXPECT_EQ(found[0].shape(), Shape({2, 1}));
  EXPECT_EQ(found[1].shape(), Shape({2, 1, 1}));
}

TEST(TfliteMovement, ConcatenationPackUnpack) {
  TestModel concat;
  tflite::ConcatenationOptionsT axis;
  axis.axis = -1;
  concat.input("x", {1, 2}).floats("c", {1, 1}, {9}).add(Code::CONCATENATION, {"x", "c"}, {"y"}).options(axis);
  expect_tensor(concat.output("y").run({counting({1, 2})}), {1, 3}, {0, 1, 9});
  TestModel pack;
  tflite::PackOptionsT pack_axis;
  pack_axis.axis = 1;
  pack.input("x", {2}).floats("c", {2}, {8, 9}).add(Code::PACK, {"x", "c"}, {"y"}).options(pack_axis).output("y");
  expect_tensor(pack.run({counting({2})}), {2, 2}, {0, 8, 1, 9});
  TestModel unpack;
  tflite::UnpackOptionsT unpack_axis;
  unpack_axis.axis = -1;
  unpack.input("x", {2, 2}).add(Code::UNPACK, {"x"}, {"a", "b"}).options(unpack_axis).output("a").output("b");
  const auto found = unpack.run_all({counting({2, 2})});
  expect_tensor(found[0], {2}, {0, 2});
  expect_tensor(found[1], {2}, {1, 3});
}

TEST(TfliteMovement, Pad) {
  TestModel zero;
  zero.input("x", {1, 2}).ints("p", {2, 2}, {1, 0, 0, 1}).add(Code::PAD, {"x", "p"}, {"y"}).output("y");
  expect_tensor(zero.run({counting({1, 2})}), {2, 3}, {0, 0, 0, 0, 1, 0});
  TestModel value;
  value.input("x", {2}).ints("p", {1, 2}, {1, 1}).floats("v", {}, {7}).add(Code::PADV2, {"x", "p", "v"}, {"y"});
  expect_tensor(value.output("y").run({counting({2})}), {4}, {7, 0, 1, 7});
  for (const auto& [mode, expected] : {std::pair{tflite::MirrorPadMode::REFLECT, Floats{2, 1, 0, 1, 2, 1}},
                                       {tflite::MirrorPadMode::SYMMETRIC, Floats{1, 0, 0, 1, 2, 2}}}) {
    TestModel mirror;
    tflite::MirrorPadOptionsT options;
    options.mode = mode;
    mirror.input("x", {3}).ints("p", {1, 2}, {2, 1}).add(Code::MIRROR_PAD, {"x", "p"}, {"y"}).options(options);
    expect_tensor(mirror.output("y").run({counting({3})}), {6}, expected);
  }
}

TEST(TfliteMovement, SlicesAndSplits) {
  TestModel slice;
  slice.input("x", {3, 3}).ints("b", {2}, {1, 0}).ints("s", {2}, {-1, 2}).add(Code::SLICE, {"x", "b", "s"}, {"y"});
  expect_tensor(slice.output("y").run({counting({3, 3})}), {2, 2}, {3, 4, 6, 7});
  TestModel split;
  split.input("x", {1, 4}).ints("axis", {}, {1}).add(Code::SPLIT, {"axis", "x"}, {"a", "b"}).output("a").output("b");
  expect_tensor(split.run_all({counting({1, 4})})[1], {1, 2}, {2, 3});
  TestModel parts;
  parts.input("x", {5}).ints("sizes", {3}, {1, -1, 2}).ints("axis", {}, {0});
  parts.add(Code::SPLIT_V, {"x", "sizes", "axis"}, {"a", "b", "c"}).output("b").output("c");
  const auto found = parts.run_all({counting({5})});
  expect_tensor(found[0], {2}, {1, 2});
  expect_tensor(found[1], {2}, {3, 4});
  TestModel reverse;
  reverse.input("x", {2, 2}).ints("axis", {1}, {1}).add(Code::REVERSE_V2, {"x", "axis"}, {"y"}).output("y");
  expect_tensor(reverse.run({counting({2, 2})}), {2, 2}, {1, 0, 3, 2});
}

struct StridedCase {
  Ints begin, end, strides;
  tflite::StridedSliceOptionsT options;
  Shape shape;
  Floats values;
};

tflite::StridedSliceOptionsT masks(int begin, int end, int ellipsis = 0, int new_axis = 0, int shrink = 0) {
  tflite::StridedSliceOptionsT options;
  options.begin_mask = begin;
  options.end_mask = end;
  options.ellipsis_mask = ellipsis;
  options.new_axis_mask = new_axis;
  options.shrink_axis_mask = shrink;
  return options;
}

TEST(TfliteMovement, StridedSlice) {
  const StridedCase cases[] = {
      {{0, 1}, {2, 3}, {1, 1}, masks(0, 0), {2, 2}, {1, 2, 5, 6}},           // x[0:2, 1:3]
      {{0, -3}, {2, 99}, {1, 2}, masks(0, 0), {2, 2}, {1, 3, 5, 7}},         // x[0:2, -3:99:2]
      {{1, 9}, {1, 9}, {-1, -2}, masks(2, 3), {2, 2}, {7, 5, 3, 1}},         // x[1::-1, ::-2]
      {{1, 0}, {0, 2}, {1, 1}, masks(0, 0, 0, 0, 1), {2}, {4, 5}},           // x[1, 0:2]
      {{0, -1}, {0, 0}, {1, 1}, masks(0, 0, 1, 0, 2), {2}, {3, 7}},          // x[..., -1]
      {{0, 0, 1}, {0, 0, 2}, {1, 1, 1}, masks(0, 0, 0, 1, 2), {1, 1}, {1}},  // x[newaxis, 0, 1:2]
      {{1}, {2}, {1}, masks(0, 0), {1, 4}, {4, 5, 6, 7}},                    // x[1:2]
      {{0, 3}, {2, 1}, {1, 1}, masks(0, 0), {2, 0}, {}},                     // x[0:2, 3:1]
  };
  for (const StridedCase& c : cases) {
    TestModel model;
    const auto count = static_cast<int32_t>(c.begin.size());
    model.input("x", {2, 4}).ints("b", {count}, c.begin).ints("e", {count}, c.end).ints("s", {count}, c.strides);
    model.add(Code::STRIDED_SLICE, {"x", "b", "e", "s"}, {"y"}).options(c.options).output("y");
    expect_tensor(model.run({counting({2, 4})}), c.shape, c.values);
  }
}

TEST(TfliteMovement, GatherTransposeTile) {
  TestModel gather;
  tflite::GatherOptionsT axis;
  axis.axis = 1;
  gather.input("x", {2, 3}).ints("i", {2}, {2, 0}).add(Code::GATHER, {"x", "i"}, {"y"}).options(axis).output("y");
  expect_tensor(gather.run({counting({2, 3})}), {2, 2}, {2, 0, 5, 3});
  TestModel transpose;
  transpose.input("x", {2, 3}).ints("p", {2}, {1, 0}).add(Code::TRANSPOSE, {"x", "p"}, {"y"}).output("y");
  expect_tensor(transpose.run({counting({2, 3})}), {3, 2}, {0, 3, 1, 4, 2, 5});
  TestModel tile;
  tile.input("x", {1, 2}).ints("r", {2}, {2, 1}).ints("s", {2}, {2, 2}).add(Code::TILE, {"x", "r"}, {"t"});
  tile.add(Code::BROADCAST_TO, {"x", "s"}, {"b"}).output("t").output("b");
  for (const Tensor& found : tile.run_all({counting({1, 2})})) expect_tensor(found, {2, 2}, {0, 1, 0, 1});
}

TEST(TfliteMovement, DepthAndSpace) {
  TestModel model;
  tflite::DepthToSpaceOptionsT block;
  block.block_size = 2;
  model.input("x", {1, 1, 2, 4}).add(Code::DEPTH_TO_SPACE, {"x"}, {"d"}).options(block);
  tflite::SpaceToDepthOptionsT back;
  back.block_size = 2;
  model.add(Code::SPACE_TO_DEPTH, {"d"}, {"y"}).options(back).output("d").output("y");
  const auto found = model.run_all({counting({1, 1, 2, 4})});
  expect_tensor(found[0], {1, 2, 4, 1}, {0, 1, 4, 5, 2, 3, 6, 7});
  expect_tensor(found[1], {1, 1, 2, 4}, {0, 1, 2, 3, 4, 5, 6, 7});
}

/// Shapes are known when importing: x.reshape(shape(x)[0], -1) leaves a reshape.
TEST(TfliteMovement, ShapeArithmeticIsComputedHere) {
  TestModel model;
  tflite::ShapeOptionsT i32;
  i32.out_type = Type::INT32;
  model.input("x", {2, 3, 4}).ints("b", {1}, {0}).ints("e", {1}, {1}).ints("one", {1}, {1}).ints("rest", {}, {-1});
  model.result("shape", Type::INT32).result("n", Type::INT32).result("dims", Type::INT32);
  model.add(Code::SHAPE, {"x"}, {"shape"}).options(i32);
  model.add(Code::STRIDED_SLICE, {"shape", "b", "e", "one"}, {"n"}).options(masks(0, 0, 0, 0, 1));
  model.add(Code::PACK, {"n", "rest"}, {"dims"}).add(Code::RESHAPE, {"x", "dims"}, {"y"}).output("y");
  const Graph graph = model.import();
  ASSERT_EQ(graph.nodes.size(), 1u);
  EXPECT_EQ(graph.type(graph.outputs[0]).shape, Shape({2, 12}));
}

TEST(TfliteMovement, FillRangeRank) {
  TestModel model;
  model.input("x", {2, 2}).ints("dims", {2}, {1, 3}).floats("v", {}, {5}).ints("a", {}, {1}).ints("z", {}, {7});
  model.ints("step", {}, {3}).result("rank", Type::INT32).result("range", Type::INT32);
  model.add(Code::FILL, {"dims", "v"}, {"fill"})
      .add(Code::RANK, {"x"}, {"rank"})
      .add(Code::ZEROS_LIKE, {"x"}, {"zero"});
  model.add(Code::RANGE, {"a", "z", "step"}, {"range"});
  model.output("fill").output("rank").output("zero").output("range");
  const auto found = model.run_all({counting({2, 2})});
  expect_tensor(found[0], {1, 3}, {5, 5, 5});
  EXPECT_EQ(values_of<int32_t>(found[1]), Ints{2});
  expect_tensor(found[2], {2, 2}, {0, 0, 0, 0});
  EXPECT_EQ(values_of<int32_t>(found[3]), (Ints{1, 4}));
}

TEST(TfliteMovement, SpaceToBatchAndBack) {
  TestModel model;
  model.input("x", {1, 2, 3, 1}).ints("block", {2}, {2, 2}).ints("pads", {2, 2}, {0, 0, 1, 0});
  model.ints("crops", {2, 2}, {0, 0, 1, 0}).add(Code::SPACE_TO_BATCH_ND, {"x", "block", "pads"}, {"b"});
  model.add(Code::BATCH_TO_SPACE_ND, {"b", "block", "crops"}, {"y"}).output("b").output("y");
  const auto found = model.run_all({counting({1, 2, 3, 1})});
  // Rows 0 0 1 2 and 0 3 4 5 with their padding.
  expect_tensor(found[0], {4, 1, 2, 1}, {0, 1, 0, 2, 0, 4, 3, 5});
  expect_tensor(found[1], {1, 2, 3, 1}, {0, 1, 2, 3, 4, 5});
}

TEST(TfliteMovement, BatchesOfColumns) {
  TestModel model;
  model.input("x", {2, 4, 1}).ints("block", {1}, {2}).ints("none", {1, 2}, {0, 0});
  model.add(Code::SPACE_TO_BATCH_ND, {"x", "block", "none"}, {"y"}).output("y");
  expect_tensor(model.run({counting({2, 4, 1})}), {4, 2, 1}, {0, 2, 4, 6, 1, 3, 5, 7});
}

TEST(TfliteMovement, BlocksThatDoNotFit) {
  TestModel cut;
  cut.input("x", {1, 3, 2, 1}).ints("block", {2}, {2, 2}).ints("pads", {2, 2}, {0, 0, 0, 0});
  cut.add(Code::SPACE_TO_BATCH_ND, {"x", "block", "pads"}, {"y"}).output("y");
  expect_invalid("axis 1 of padded src 1x3x2x1 is no multiple of block 2", [&] { cut.import(); });
  TestModel join;
  join.input("x", {3, 1, 1, 1}).ints("block", {2}, {2, 2}).ints("crops", {2, 2}, {0, 0, 0, 0});
  join.add(Code::BATCH_TO_SPACE_ND, {"x", "block", "crops"}, {"y"}).output("y");
  expect_invalid("the batch of src 3x1x1x1 is no multiple of 4 blocks", [&] { join.import(); });
}

Tensor gathered(const Shape& src, const Ints& indices, const Ints& indices_shape, int axis, int batch_dims) {
  tflite::GatherOptionsT options;
  options.axis = axis;
  options.batch_dims = batch_dims;
  TestModel model;
  model.input("x", Ints(src.begin(), src.end())).ints("i", indices_shape, indices);
  model.add(Code::GATHER, {"x", "i"}, {"y"}).options(options).output("y");
  return model.run({counting(src)});
}

TEST(TfliteMovement, GatherFromEachImageOfABatch) {
  expect_tensor(gathered({2, 3}, {2, 0, 1, 1}, {2, 2}, 1, 1), {2, 2}, {2, 0, 4, 4});
  expect_tensor(gathered({2, 2, 2}, {1, 0}, {2}, 1, 1), {2, 2}, {2, 3, 4, 5});
  expect_tensor(gathered({2, 2, 3}, {2, 0, 1, 1}, {2, 2}, 2, 1), {2, 2, 2}, {2, 0, 5, 3, 7, 7, 10, 10});
  expect_invalid("src 2x3 and indices 1x2 differ in batches", [] { gathered({2, 3}, {0, 1}, {1, 2}, 1, 1); });
}

TEST(TfliteMovement, GatherTuples) {
  TestModel model;
  model.input("x", {2, 2, 2}).ints("rows", {2, 2}, {1, 0, 0, 1}).ints("elements", {1, 3}, {1, 1, 0});
  model.add(Code::GATHER_ND, {"x", "rows"}, {"a"}).add(Code::GATHER_ND, {"x", "elements"}, {"b"});
  const auto found = model.output("a").output("b").run_all({counting({2, 2, 2})});
  expect_tensor(found[0], {2, 2}, {4, 5, 2, 3});
  expect_tensor(found[1], {1}, {6});
}

TEST(TfliteMovement, EmbeddingLookup) {
  TestModel model;
  model.input("x", {3, 2}).ints("i", {2}, {2, 0}).add(Code::EMBEDDING_LOOKUP, {"i", "x"}, {"y"}).output("y");
  expect_tensor(model.run({counting({3, 2})}), {2, 2}, {4, 5, 0, 1});
}

TEST(TfliteMovement, OneHot) {
  for (int axis : {-1, 0}) {
    TestModel model;
    tflite::OneHotOptionsT options;
    options.axis = axis;
    model.input("x", {2}, Type::INT32).ints("depth", {}, {3}).floats("on", {}, {5}).floats("off", {}, {-1});
    model.add(Code::ONE_HOT, {"x", "depth", "on", "off"}, {"y"}).options(options).output("y");
    const Tensor found = model.run({make_tensor<int32_t>({2}, {2, 7})});
    if (axis < 0) expect_tensor(found, {2, 3}, {-1, -1, 5, -1, -1, -1});
    if (axis == 0) expect_tensor(found, {3, 2}, {-1, -1, -1, -1, 5, -1});
  }
}

TEST(TfliteMovement, AnyAndAll) {
  TestModel model;
  model.input("x", {2, 2}, Type::BOOL).ints("axes", {1}, {1}).result("any", Type::BOOL).result("all", Type::BOOL);
  model.add(Code::REDUCE_ANY, {"x", "axes"}, {"any"}).options(tflite::ReducerOptionsT());
  model.add(Code::REDUCE_ALL, {"x", "axes"}, {"all"}).options(tflite::ReducerOptionsT()).output("any").output("all");
  Tensor src(DType::boolean, {2, 2});
  const bool values[] = {true, false, true, true};
  std::copy(std::begin(values), std::end(values), src.as<bool>());
  const auto found = model.run_all({src});
  EXPECT_TRUE(found[0].as<bool>()[0] && found[0].as<bool>()[1]);
  EXPECT_TRUE(!found[1].as<bool>()[0] && found[1].as<bool>()[1]);
}

}  // namespace
}  // namespace convoy::tflite_frontend
