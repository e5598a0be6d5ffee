// Convolutions and pools against loops over N,H,W,C written from TFLite's definitions.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <random>

#include "frontends/tflite/model_builder.h"
#include "support/expect_error.h"
#include "support/run_op.h"

namespace convoy::tflite_frontend {
namespace {

using tflite::ActivationFunctionType;
using tflite::Padding;

struct Image {
  int h, w, c;
  std::vector<float> values;

  float at(int y, int x, int channel) const { return values[static_cast<size_t>((y * w + x) * c + channel)]; }
  std::vector<int32_t> shape() const { return {1, h, w, c}; }
};

std::vector<float> random_values(size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_int_distribution<int> value(-8, 8);
  std::vector<float> values(count);
  for (float& v : values) v = static_cast<float>(value(random)) / 4;
  return values;
}

Image random_image(int h, int w, int c, unsigned seed = 1) {
  return {h, w, c, random_values(static_cast<size_t>(h * w * c), seed)};
}

Tensor tensor_of(const Image& image) {
  return make_tensor<float>({1, image.h, image.w, image.c}, image.values);
}

struct Geometry {
  int kh, kw, sh = 1, sw = 1, dh = 1, dw = 1;
  Padding padding = Padding::SAME;

  /// Output extent and padding in front, along one axis.
  std::pair<int, int> along(int in, int k, int s, int d) const {
    const int span = (k - 1) * d + 1;
    if (padding == Padding::VALID) return {(in - span + s) / s, 0};
    const int out = (in + s - 1) / s;
    return {out, std::max(0, (out - 1) * s + span - in) / 2};
  }
};

/// fn(oy, ox, taps) for every output pixel; a tap is (ky, kx, y, x) inside the image.
struct Tap {
  int ky, kx, y, x;
};
Image slide(const Image& src, const Geometry& g, int channels,
            const std::function<float(int oc, const std::vector<Tap>&)>& fn) {
  const auto [oh, top] = g.along(src.h, g.kh, g.sh, g.dh);
  const auto [ow, left] = g.along(src.w, g.kw, g.sw, g.dw);
  Image dst{oh, ow, channels, {}};
  for (int oy = 0; oy < oh; ++oy) {
    for (int ox = 0; ox < ow; ++ox) {
      std::vector<Tap> taps;
      for (int ky = 0; ky < g.kh; ++ky) {
        for (int kx = 0; kx < g.kw; ++kx) {
          const int y = oy * g.sh - top + ky * g.dh, x = ox * g.sw - left + kx * g.dw;
          if (y >= 0 && y < src.h && x >= 0 && x < src.w) taps.push_back({ky, kx, y, x});
        }
      }
      for (int oc = 0; oc < channels; ++oc) dst.values.push_back(fn(oc, taps));
    }
  }
  return dst;
}

void expect_image(const Tensor& found, const Image& expected) {
  EXPECT_EQ(found.shape(), Shape({1, expected.h, expected.w, expected.c}));
  expect_near(values_of<float>(found), expected.values, 1e-5);
}

const Geometry kGeometries[] = {
    {3, 3},
    {3, 3, 2, 2},
    {3, 2, 2, 1},
    {5, 3, 3, 2},
    {3, 3, 1, 1, 2, 2},
    {2, 2, 2, 2, 1, 1, Padding::VALID},
    {3, 3, 2, 1, 1, 2, Padding::VALID},
    {1, 1, 2, 2},
};

template <class Options>
Options conv_options(const Geometry& g) {
  Options options;
  options.padding = g.padding;
  options.stride_h = g.sh;
  options.stride_w = g.sw;
  options.dilation_h_factor = g.dh;
  options.dilation_w_factor = g.dw;
  return options;
}

TEST(TfliteSpatial, Conv2d) {
  constexpr int kOut = 5;
  for (const Geometry& g : kGeometries) {
    const Image src = random_image(7, 8, 4);
    const auto weights = random_values(static_cast<size_t>(kOut * g.kh * g.kw * 4), 2), bias = random_values(kOut, 3);
    TestModel model;
    model.input("x", src.shape()).floats("w", {kOut, g.kh, g.kw, 4}, weights).floats("b", {kOut}, bias);
    model.add(Code::CONV_2D, {"x", "w", "b"}, {"y"}).options(conv_options<tflite::Conv2DOptionsT>(g)).output("y");
    expect_image(model.run({tensor_of(src)}), slide(src, g, kOut, [&](int oc, const std::vector<Tap>& taps) {
                   float sum = bias[static_cast<size_t>(oc)];
                   for (const Tap& tap : taps) {
                     for (int ic = 0; ic < 4; ++ic) {
                       sum += src.at(tap.y, tap.x, ic) *
                              weights[static_cast<size_t>(((oc * g.kh + tap.ky) * g.kw + tap.kx) * 4 + ic)];
                     }
                   }
                   return sum;
                 }));
  }
}

/// Weights with fewer channels than src make groups.
TEST(TfliteSpatial, GroupedConv2d) {
  const Image src = random_image(3, 3, 4);
  TestModel model;
  model.input("x", src.shape()).floats("w", {2, 1, 1, 2}, {1, 2, 3, 4});
  tflite::Conv2DOptionsT options;
  options.stride_h = options.stride_w = 1;
  model.add(Code::CONV_2D, {"x", "w"}, {"y"}).options(options).output("y");
  expect_image(model.run({tensor_of(src)}), slide(src, {1, 1}, 2, [&](int oc, const std::vector<Tap>& taps) {
                 const float a = src.at(taps[0].y, taps[0].x, 2 * oc), b = src.at(taps[0].y, taps[0].x, 2 * oc + 1);
                 return oc == 0 ? a + 2 * b : 3 * a + 4 * b;
               }));
}

TEST(TfliteSpatial, DepthwiseConv2d) {
  for (const Geometry& g : kGeometries) {
    for (int multiplier : {1, 2}) {
      const Image src = random_image(7, 8, 3);
      const int channels = 3 * multiplier;
      const auto weights = random_values(static_cast<size_t>(g.kh * g.kw * channels), 2);
      TestModel model;
      model.input("x", src.shape()).floats("w", {1, g.kh, g.kw, channels}, weights);
      model.add(Code::DEPTHWISE_CONV_2D, {"x", "w", ""}, {"y"});
      model.options(conv_options<tflite::DepthwiseConv2DOptionsT>(g)).output("y");
      expect_image(model.run({tensor_of(src)}), slide(src, g, channels, [&](int oc, const std::vector<Tap>& taps) {
                     float sum = 0;
                     for (const Tap& tap : taps) {
                       sum += src.at(tap.y, tap.x, oc / multiplier) *
                              weights[static_cast<size_t>((tap.ky * g.kw + tap.kx) * channels + oc)];
                     }
                     return sum;
                   }));
    }
  }
}

/// Every element of src adds the kernel to dst, which begins where the padding of the convolution back to src does.
TEST(TfliteSpatial, TransposeConv) {
  struct Case {
    int out_h, out_w;
    Geometry g;
  };
  const Case cases[] = {{6, 8, {3, 3, 2, 2}},
                        {5, 7, {3, 3, 2, 2}},
                        {3, 4, {3, 3}},
                        {7, 9, {3, 3, 2, 2, 1, 1, Padding::VALID}},
                        {6, 8, {2, 2, 2, 2, 1, 1, Padding::VALID}},
                        {9, 12, {5, 4, 3, 3}},
                        {6, 8, {1, 1, 2, 2}}};
  for (const auto& [out_h, out_w, g] : cases) {
    const Image src = random_image(3, 4, 2);
    const auto weights = random_values(static_cast<size_t>(3 * g.kh * g.kw * 2), 2);
    Image dst{out_h, out_w, 3, std::vector<float>(static_cast<size_t>(out_h * out_w * 3), 0.5f)};
    const int top = g.along(out_h, g.kh, g.sh, 1).second, left = g.along(out_w, g.kw, g.sw, 1).second;
    for (int i = 0; i < 3 * 4 * 3 * g.kh * g.kw * 2; ++i) {
      const int ic = i % 2, kx = i / 2 % g.kw, ky = i / 2 / g.kw % g.kh, oc = i / 2 / g.kw / g.kh % 3;
      const int pixel = i / 2 / g.kw / g.kh / 3, y = pixel / 4 * g.sh - top + ky, x = pixel % 4 * g.sw - left + kx;
      if (y < 0 || y >= out_h || x < 0 || x >= out_w) continue;
      dst.values[static_cast<size_t>((y * out_w + x) * 3 + oc)] +=
          src.at(pixel / 4, pixel % 4, ic) * weights[static_cast<size_t>(((oc * g.kh + ky) * g.kw + kx) * 2 + ic)];
    }
    TestModel model;
    model.input("x", src.shape()).floats("w", {3, g.kh, g.kw, 2}, weights).floats("b", {3}, {0.5f, 0.5f, 0.5f});
    model.ints("shape", {4}, {1, out_h, out_w, 3}).add(Code::TRANSPOSE_CONV, {"shape", "w", "x", "b"}, {"y"});
    tflite::TransposeConvOptionsT options;
    options.padding = g.padding;
    options.stride_h = g.sh;
    options.stride_w = g.sw;
    model.options(options).output("y");
    expect_image(model.run({tensor_of(src)}), dst);
  }
}

TEST(TfliteSpatial, Pools) {
  for (const Geometry& g : kGeometries) {
    if (g.dh > 1 || g.dw > 1) continue;
    const Image src = random_image(7, 8, 3);
    tflite::Pool2DOptionsT options;
    options.padding = g.padding;
    options.stride_h = g.sh;
    options.stride_w = g.sw;
    options.filter_height = g.kh;
    options.filter_width = g.kw;
    const auto run = [&](Code code) {
      TestModel model;
      model.input("x", src.shape()).add(code, {"x"}, {"y"}).options(options).output("y");
      return model.run({tensor_of(src)});
    };
    expect_image(run(Code::AVERAGE_POOL_2D), slide(src, g, 3, [&](int c, const std::vector<Tap>& taps) {
                   float sum = 0;
                   for (const Tap& tap : taps) sum += src.at(tap.y, tap.x, c);
                   return sum / static_cast<float>(taps.size());
                 }));
    expect_image(run(Code::MAX_POOL_2D), slide(src, g, 3, [&](int c, const std::vector<Tap>& taps) {
                   float largest = -INFINITY;
                   for (const Tap& tap : taps) largest = std::max(largest, src.at(tap.y, tap.x, c));
                   return largest;
                 }));
    expect_image(run(Code::L2_POOL_2D), slide(src, g, 3, [&](int c, const std::vector<Tap>& taps) {
                   float sum = 0;
                   for (const Tap& tap : taps) sum += src.at(tap.y, tap.x, c) * src.at(tap.y, tap.x, c);
                   return std::sqrt(sum / static_cast<float>(taps.size()));
                 }));
  }
}

TestModel activated_conv(ActivationFunctionType activation) {
  TestModel model;
  tflite::Conv2DOptionsT options;
  options.stride_h = options.stride_w = 1;
  options.fused_activation_function = activation;
  model.input("x", {1, 1, 4, 1}).floats("w", {1, 1, 1, 1}, {1});
  model.add(Code::CONV_2D, {"x", "w"}, {"y"}).options(options).output("y");
  return model;
}

TEST(TfliteSpatial, FusedActivations) {
  const auto run = [](ActivationFunctionType activation) {
    return values_of<float>(activated_conv(activation).run({make_tensor<float>({1, 1, 4, 1}, {-2, -0.5f, 0.5f, 8})}));
  };
  expect_near(run(ActivationFunctionType::NONE), {-2, -0.5f, 0.5f, 8});
  expect_near(run(ActivationFunctionType::RELU), {0, 0, 0.5f, 8});
  expect_near(run(ActivationFunctionType::RELU6), {0, 0, 0.5f, 6});
  expect_near(run(ActivationFunctionType::RELU_N1_TO_1), {-1, -0.5f, 0.5f, 1});
  expect_near(run(ActivationFunctionType::TANH),
              {std::tanh(-2.0f), std::tanh(-0.5f), std::tanh(0.5f), std::tanh(8.0f)});
  expect_error(ErrorKind::unsupported, "operator 0 (CONV_2D, 'y'): its fused activation SIGN_BIT is not supported",
               [] { activated_conv(ActivationFunctionType::SIGN_BIT).import(); });
}

Tensor resized(Code code, const Image& src, int h, int w, bool align_corners, bool half_pixel_centers) {
  TestModel model;
  model.input("x", src.shape()).ints("size", {2}, {h, w}).add(code, {"x", "size"}, {"y"});
  if (code == Code::RESIZE_BILINEAR) {
    tflite::ResizeBilinearOptionsT options;
    options.align_corners = align_corners;
    options.half_pixel_centers = half_pixel_centers;
    model.options(options);
  } else {
    tflite::ResizeNearestNeighborOptionsT options;
    options.align_corners = align_corners;
    options.half_pixel_centers = half_pixel_centers;
    model.options(options);
  }
  return model.output("y").run({tensor_of(src)});
}

/// Positions in src by TFLite's rules.
float position(int i, int in, int out, bool align_corners, bool half_pixel, bool nearest) {
  const float scale = align_corners && out > 1 ? static_cast<float>(in - 1) / static_cast<float>(out - 1)
                                               : static_cast<float>(in) / static_cast<float>(out);
  if (!half_pixel) return static_cast<float>(i) * scale;
  return (static_cast<float>(i) + 0.5f) * scale - (nearest ? 0 : 0.5f);
}

TEST(TfliteSpatial, Resize) {
  const Image src = random_image(5, 4, 2);
  for (const auto& [align, half] : {std::pair{false, false}, {true, false}, {false, true}}) {
    for (const auto& [h, w] : {std::pair{10, 8}, {3, 7}, {5, 9}}) {
      Image linear{h, w, 2, {}}, nearest{h, w, 2, {}};
      for (int i = 0; i < h * w * 2; ++i) {
        const int c = i % 2, x = i / 2 % w, y = i / 2 / w;
        const auto corners = [&](int k, int in, int out) {
          const float p = position(k, in, out, align, half, false);
          const int low = std::max(static_cast<int>(std::floor(p)), 0);
          return std::tuple{low, std::min(low + 1, in - 1), std::max(0.0f, p - static_cast<float>(low))};
        };
        const auto [y0, y1, fy] = corners(y, 5, h);
        const auto [x0, x1, fx] = corners(x, 4, w);
        linear.values.push_back((1 - fy) * ((1 - fx) * src.at(y0, x0, c) + fx * src.at(y0, x1, c)) +
                                fy * ((1 - fx) * src.at(y1, x0, c) + fx * src.at(y1, x1, c)));
        const auto pick = [&](int k, int in, int out) {
          const float p = position(k, in, out, align, half, true);
          return std::min(static_cast<int>(align ? std::round(p) : std::floor(p)), in - 1);
        };
        nearest.values.push_back(src.at(pick(y, 5, h), pick(x, 4, w), c));
      }
      expect_image(resized(Code::RESIZE_BILINEAR, src, h, w, align, half), linear);
      expect_image(resized(Code::RESIZE_NEAREST_NEIGHBOR, src, h, w, align, half), nearest);
    }
  }
}

TEST(TfliteSpatial, Refuses) {
  TestModel model;
  model.input("x", {1, 4, 4, 3}).floats("w", {2, 3, 3, 2}, std::vector<float>(36));
  model.add(Code::CONV_2D, {"x", "w"}, {"y"}).output("y");
  expect_invalid("test.tflite: operator 0 (CONV_2D, 'y'): weights 2x3x3x2 take 2 channels a group, which do not divide",
                 [&] { model.import(); });
  TestModel strides;
  strides.input("x", {1, 4, 4, 2}).floats("w", {2, 3, 3, 2}, std::vector<float>(36));
  strides.add(Code::CONV_2D, {"x", "w"}, {"y"}).output("y");
  expect_invalid("operator 0 (CONV_2D, 'y'): stride 0 is out of range", [&] { strides.import(); });
}

}  // namespace
}  // namespace convoy::tflite_frontend
