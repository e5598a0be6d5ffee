#include "quantize/window_rows.h"

#include "quantize/model_file.h"

namespace convoy::quantizer {
namespace {

using onnx_frontend::TestModel;

/// A convolution's weights times its rows are what the convolution computes.
void expect_rows_give_result(TestModel& model, const Shape& src_shape, const Shape& weights_shape) {
  const Tensor src = random_floats(src_shape, 1);
  const std::vector<float> weights = random_floats(weights_shape.elems(), 2);
  const onnx::NodeProto& conv = model.proto().graph().node(0);
  const Tensor expected = run_message(model.proto(), {src});
  const auto rows = WindowRows::of(conv, weights_shape, src_shape);
  ASSERT_TRUE(rows.has_value());
  const int64_t outputs = weights_shape[0], columns = rows->columns(), plane = rows->rows() / src_shape[0];
  ASSERT_EQ(expected.elems(), outputs * rows->rows());
  std::vector<float> row(columns);
  for (int64_t i = 0; i < expected.elems(); ++i) {
    const int64_t output = i / plane % outputs, at = i / plane / outputs * plane + i % plane, first = columns / 3;
    const int64_t group = output / (outputs / rows->groups());
    const auto pixels = rows->pixels(at);
    rows->copy(src, group, at, pixels, 0, first, row.data());
    rows->copy(src, group, at, pixels, first, columns - first, row.data() + first);
    double sum = 0;
    for (int64_t c = 0; c < columns; ++c) sum += double{weights[output * columns + c]} * row[c];
    ASSERT_NEAR(expected.as<float>()[i], sum, 1e-5) << i;
  }
}

TestModel conv(std::initializer_list<onnx_frontend::TestDim> src, std::initializer_list<int64_t> weights) {
  TestModel model;
  const int64_t elems = Shape(weights).elems();
  model.input("x", src).floats("w", weights, random_floats(elems, 2)).add("Conv", {"x", "w"}, {"y"}).output("y");
  return model;
}

TEST(WindowRows, PadsStridesDilationsAndGroups) {
  TestModel model = conv({2, 4, 9, 8}, {6, 2, 3, 2});
  model.attr("group", int64_t{2}).attr_ints("pads", {1, 0, 2, 1}).attr_ints("strides", {2, 1});
  model.attr_ints("dilations", {1, 2});
  expect_rows_give_result(model, {2, 4, 9, 8}, {6, 2, 3, 2});
}

TEST(WindowRows, PaddingToTheSameSize) {
  for (const char* padding : {"SAME_UPPER", "SAME_LOWER", "VALID"}) {
    SCOPED_TRACE(padding);
    TestModel model = conv({1, 2, 7, 6}, {3, 2, 4, 3});
    model.attr("auto_pad", padding).attr_ints("strides", {2, 2});
    expect_rows_give_result(model, {1, 2, 7, 6}, {3, 2, 4, 3});
  }
}

TEST(WindowRows, OneDimension) {
  TestModel model = conv({1, 3, 11}, {2, 3, 5});
  expect_rows_give_result(model, {1, 3, 11}, {2, 3, 5});
}

TEST(WindowRows, Matrices) {
  onnx::NodeProto product;
  product.set_op_type("MatMul");
  const auto rows = WindowRows::of(product, {4, 3}, {2, 5, 4});
  ASSERT_TRUE(rows.has_value());
  EXPECT_EQ(rows->rows(), 10);
  EXPECT_EQ(rows->columns(), 4);
  const Tensor src = random_floats(Shape{2, 5, 4}, 1);
  float row[3] = {};
  rows->copy(src, 0, 7, rows->pixels(7), 1, 3, row);
  for (int c = 0; c < 3; ++c) EXPECT_EQ(row[c], src.as<float>()[7 * 4 + 1 + c]);
  EXPECT_FALSE(WindowRows::of(product, {2, 4, 3}, {2, 5, 4}).has_value());
}

}  // namespace
}  // namespace convoy::quantizer
