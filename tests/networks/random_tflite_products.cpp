// Convolutions, products and pools of random networks.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "networks/random_tflite.h"

namespace convoy::tflite_frontend {
namespace {

int32_t elems_of(const std::vector<int32_t>& dims) {
  int32_t elems = 1;
  for (int32_t dim : dims) elems *= dim;
  return elems;
}

}  // namespace

/// i8: symmetric, of one scale or one a channel; u8: of one scale and zero point. With i16 biases are i64.
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
  add_bias(result.bias, channels);
  model_.quantise(result.bias, bias_scale, std::vector<int64_t>(scales, 0));
  return result;
}

void RandomTflite::add_bias(const std::string& id, int32_t channels) {
  std::vector<int32_t> values(channels);
  const int range = (one_in(8) ? 1 << 22 : 1 << 12) * (type_ == Type::INT16 ? 64 : 1);
  for (int32_t& value : values) value = pick(range) - range / 2;
  if (type_ != Type::INT16) {
    model_.ints(id, {channels}, values);
    return;
  }
  const std::vector<int64_t> wide(values.begin(), values.end());
  std::vector<uint8_t> data(wide.size() * sizeof(int64_t));
  std::memcpy(data.data(), wide.data(), data.size());
  model_.bytes(id, {channels}, Type::INT64, data);
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

/// Of the last two axes with a constant matrix, of 8 bits in any case.
RandomTflite::Value RandomTflite::batch_matmul(const Value& src) {
  tflite::BatchMatMulOptionsT options;
  options.adj_y = one_in(2);
  const int32_t k = src.dims[3], n = 1 + pick(9);
  const float scale = scale_near(0.02);
  const std::string matrix = name();
  std::vector<uint8_t> data(static_cast<size_t>(k) * n);
  for (uint8_t& byte : data) byte = static_cast<uint8_t>(random_());
  model_.bytes(matrix, options.adj_y ? Dims{1, 1, n, k} : Dims{1, 1, k, n}, Type::INT8, data);
  model_.quantise(matrix, {scale}, {type_ == Type::INT8 ? zero() : 0});
  const Value dst = product_result({src.dims[0], src.dims[1], src.dims[2], n}, src, {"", "", scale}, k);
  model_.add(Code::BATCH_MATMUL, {src.name, matrix}, {dst.name}).options(options);
  return dst;
}

/// A depthwise convolution between SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND.
RandomTflite::Value RandomTflite::dilated(const Value& src) {
  const Dims block = {1 + pick(3), 1 + pick(3)};
  std::vector<int32_t> pads = {pick(3), 0, pick(3), 0};
  Dims cut = {src.dims[0] * block[0] * block[1], 0, 0, src.dims[3]};
  for (int axis = 0; axis < 2; ++axis) {
    const int32_t least = src.dims[1 + axis] + pads[2 * axis];
    pads[2 * axis + 1] = (block[axis] - least % block[axis]) % block[axis];
    cut[1 + axis] = (least + pads[2 * axis + 1]) / block[axis];
  }
  const Value images = result_like(cut, src);
  model_.add(Code::SPACE_TO_BATCH_ND, {src.name, ints(block), ints(pads, {2, 2})}, {images.name});
  tflite::DepthwiseConv2DOptionsT options;
  options.stride_h = options.stride_w = 1;
  options.fused_activation_function = activation();
  options.padding = cut[1] < 2 || cut[2] < 2 || one_in(2) ? tflite::Padding::SAME : tflite::Padding::VALID;
  const int32_t loss = options.padding == tflite::Padding::SAME ? 0 : 1;
  const Weights w = weights({1, 2, 2, src.dims[3]}, 3, src);
  const Value sums = product_result({cut[0], cut[1] - loss, cut[2] - loss, cut[3]}, src, w, 4);
  model_.add(Code::DEPTHWISE_CONV_2D, {images.name, w.weights, w.bias}, {sums.name}).options(options);
  const std::vector<int32_t> crops = {0, pick(block[0]), 0, pick(block[1])};
  const Value dst = result_like(
      {src.dims[0], sums.dims[1] * block[0] - crops[1], sums.dims[2] * block[1] - crops[3], src.dims[3]}, sums);
  model_.add(Code::BATCH_TO_SPACE_ND, {sums.name, ints(block), ints(crops, {2, 2})}, {dst.name});
  return dst;
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
