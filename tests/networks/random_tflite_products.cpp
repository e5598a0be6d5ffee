// Convolutions, products and pools of random networks.
#include <algorithm>
#include <cmath>

#include "networks/random_tflite.h"

namespace convoy::tflite_frontend {
namespace {

int32_t elems_of(const std::vector<int32_t>& dims) {
  int32_t elems = 1;
  for (int32_t dim : dims) elems *= dim;
  return elems;
}

}  // namespace

/// i8: symmetric, of one scale or one a channel; u8: of one scale and zero point.
RandomTflite::Weights RandomTflite::weights(const Dims& dims, int32_t channel_axis, const Value& src) {
  const bool bytes = type_ == Type::UINT8;
  const int32_t channels = dims[channel_axis];
  const int32_t scales = bytes || one_in(3) ? 1 : channels;
  const float middle = scale_near(0.02);
  std::vector<float> scale, bias_scale;
  for (int32_t c = 0; c < scales; ++c) {
    scale.push_back(scales == 1 ? middle : middle * static_cast<float>(1 + pick(100)) / 50);
    bias_scale.push_back(src.scale * scale.back());
  }
  Weights result{name(), name(), middle};
  std::vector<uint8_t> data(elems_of(dims));
  for (uint8_t& byte : data) byte = static_cast<uint8_t>(bytes ? pick(256) : pick(255) - 127);
  model_.bytes(result.weights, dims, bytes ? Type::UINT8 : Type::INT8, data);
  model_.quantise(result.weights, scale, std::vector<int64_t>(scales, bytes ? pick(256) : 0), channel_axis);
  std::vector<int32_t> bias(channels);
  const int range = one_in(8) ? 1 << 24 : 1 << 12;
  for (int32_t& value : bias) value = pick(range) - range / 2;
  model_.ints(result.bias, {channels}, bias).quantise(result.bias, bias_scale, std::vector<int64_t>(scales, 0));
  return result;
}

/// Sets padding, strides and dilations, and returns rows and columns of the result.
template <class Options>
RandomTflite::Dims RandomTflite::window(const Value& src, Dims kernel, bool dilates, Options& options) {
  int32_t* strides[] = {&options.stride_h, &options.stride_w};
  int32_t spans[2];
  for (int axis = 0; axis < 2; ++axis) {
    *strides[axis] = one_of({1, 1, 2, 3});
    const int32_t dilation = dilates && one_in(4) ? 2 + pick(2) : 1;
    spans[axis] = (kernel[axis] - 1) * dilation + 1;
    if constexpr (requires { options.dilation_h_factor; }) {
      (axis == 0 ? options.dilation_h_factor : options.dilation_w_factor) = dilation;
    }
  }
  const bool fits = spans[0] <= src.dims[1] && spans[1] <= src.dims[2];
  const bool same = !fits || one_in(2);
  options.padding = same ? tflite::Padding::SAME : tflite::Padding::VALID;
  Dims plane;
  for (int axis = 0; axis < 2; ++axis) {
    const int32_t reach = src.dims[1 + axis] - (same ? 1 : spans[axis]);
    plane.push_back(reach / *strides[axis] + 1);
  }
  return plane;
}

RandomTflite::Value RandomTflite::product_result(const Dims& dims, const Value& src, const Weights& w, int terms) {
  return result(dims, static_cast<double>(src.scale) * w.scale * 80 * std::sqrt(static_cast<double>(terms)));
}

RandomTflite::Value RandomTflite::conv2d(const Value& src) {
  tflite::Conv2DOptionsT options;
  const Dims kernel = {1 + pick(4), 1 + pick(4)};
  const Dims plane = window(src, kernel, true, options);
  options.fused_activation_function = activation();
  const int32_t groups = type_ == Type::INT8 && src.dims[3] % 2 == 0 && one_in(4) ? 2 : 1;
  const int32_t channels = groups * (1 + pick(one_in(4) ? 40 : 9)), per_group = src.dims[3] / groups;
  const Weights w = weights({channels, kernel[0], kernel[1], per_group}, 0, src);
  const Value dst =
      product_result({src.dims[0], plane[0], plane[1], channels}, src, w, kernel[0] * kernel[1] * per_group);
  model_.add(Code::CONV_2D, {src.name, w.weights, w.bias}, {dst.name}).options(options);
  return dst;
}

RandomTflite::Value RandomTflite::depthwise_conv2d(const Value& src) {
  tflite::DepthwiseConv2DOptionsT options;
  const Dims kernel = {1 + pick(4), 1 + pick(4)};
  const Dims plane = window(src, kernel, true, options);
  options.fused_activation_function = activation();
  const int32_t channels = src.dims[3] * one_of({1, 1, 1, 2, 3});
  const Weights w = weights({1, kernel[0], kernel[1], channels}, 3, src);
  const Value dst = product_result({src.dims[0], plane[0], plane[1], channels}, src, w, kernel[0] * kernel[1]);
  model_.add(Code::DEPTHWISE_CONV_2D, {src.name, w.weights, w.bias}, {dst.name}).options(options);
  return dst;
}

RandomTflite::Value RandomTflite::transpose_conv(const Value& src) {
  tflite::TransposeConvOptionsT options;
  options.stride_h = 1 + pick(3);
  options.stride_w = 1 + pick(3);
  const bool same = one_in(2);
  options.padding = same ? tflite::Padding::SAME : tflite::Padding::VALID;
  const Dims kernel = {1 + pick(4), 1 + pick(4)};
  const int32_t strides[] = {options.stride_h, options.stride_w};
  Dims dims = {src.dims[0], 0, 0, 1 + pick(9)};
  for (int axis = 0; axis < 2; ++axis) {
    const int32_t extent = src.dims[1 + axis], overlap = std::max(kernel[axis] - strides[axis], 0);
    dims[1 + axis] = extent * strides[axis] + (same ? 0 : overlap);
  }
  const Weights w = weights({dims[3], kernel[0], kernel[1], src.dims[3]}, 0, src);
  const Value dst = product_result(dims, src, w, src.dims[3] * kernel[0] * kernel[1]);
  std::vector<std::string> inputs = {ints(dims), w.weights, src.name};
  if (pick(4)) inputs.push_back(w.bias);
  model_.add(Code::TRANSPOSE_CONV, inputs, {dst.name}).options(options);
  return dst;
}

/// Of pixels, or of whole images.
RandomTflite::Value RandomTflite::fully_connected(const Value& src) {
  tflite::FullyConnectedOptionsT options;
  const bool pixels = one_in(2);
  options.keep_num_dims = pixels;
  options.fused_activation_function = activation();
  const int32_t k = pixels ? src.dims[3] : src.elems() / src.dims[0], n = 1 + pick(one_in(4) ? 40 : 12);
  const Weights w = weights({n, k}, 0, src);
  const Dims dims = pixels ? Dims{src.dims[0], src.dims[1], src.dims[2], n} : Dims{src.dims[0], 1, 1, n};
  const Value dst = product_result(dims, src, w, k);
  model_.add(Code::FULLY_CONNECTED, {src.name, w.weights, pick(4) ? w.bias : ""}, {dst.name}).options(options);
  return pixels ? dst : image(dst, dims);
}

RandomTflite::Value RandomTflite::pool(const Value& src) {
  tflite::Pool2DOptionsT options;
  const Dims kernel = {1 + pick(4), 1 + pick(4)};
  const Dims plane = window(src, kernel, false, options);
  options.filter_height = kernel[0];
  options.filter_width = kernel[1];
  options.fused_activation_function = activation();
  const Value dst = result_like({src.dims[0], plane[0], plane[1], src.dims[3]}, src);
  model_.add(one_of({Code::AVERAGE_POOL_2D, Code::MAX_POOL_2D}), {src.name}, {dst.name}).options(options);
  return dst;
}

}  // namespace convoy::tflite_frontend
