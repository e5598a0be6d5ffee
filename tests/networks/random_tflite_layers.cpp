// Layers of random networks that are neither products nor functions.
#include <algorithm>
#include <cmath>

#include "networks/random_tflite.h"

namespace convoy::tflite_frontend {

const std::vector<RandomTflite::LayerRule>& RandomTflite::layers() {
  using R = RandomTflite;
  static const std::vector<LayerRule> all = {
      {&R::conv2d, true, true, true},
      {&R::conv2d, true, true, true},
      {&R::depthwise_conv2d, true, true, true},
      {&R::depthwise_conv2d, true, true, true},
      {&R::transpose_conv, true, true, true},
      {&R::fully_connected, true, true, true},
      {&R::batch_matmul, true, false, true},
      {&R::dilated, true, true, true},
      {&R::pool, true, true, true},
      {&R::sum, true, true, true},
      {&R::sum, true, true, true},
      {&R::mul, true, true, true},
      {&R::squared_difference, true, false, false},
      {&R::div, true, true, true},
      {&R::extremum, true, true, true},
      {&R::concatenation, true, true, true},
      {&R::pad, true, true, true},
      {&R::mirror_pad, true, true, true},
      {&R::mean, true, true, true},
      {&R::reduce_extremum, true, true, true},
      {&R::product, true, false, true},
      {&R::softmax, true, true, true},
      {&R::log_softmax, true, true, false},
      {&R::l2_normalization, true, true, false},
      {&R::logistic, true, true, true},
      {&R::tanh, true, true, true},
      {&R::rectifier, true, true, true},
      {&R::neg, true, false, true},
      {&R::leaky_relu, true, true, true},
      {&R::prelu, true, true, false},
      {&R::table_function, true, false, true},
      {&R::hard_swish, true, true, false},
      {&R::quantize, true, true, true},
      {&R::selected, true, true, true},
      {&R::resize, true, true, true},
      {&R::transpose, true, true, true},
      {&R::slice, true, true, true},
      {&R::strided_slice, true, true, true},
      {&R::split, true, true, true},
      {&R::blocks, true, true, false},
      {&R::gather, true, true, true},
  };
  return all;
}

RandomTflite::Value RandomTflite::sum(const Value& src) {
  const Value other = partner(src);
  const double largest = std::max(src.scale, other.scale);
  // LiteRT wants results that are not too fine for its sums.
  const Value dst = result(src.dims, std::max(scale_near(1.5 * largest), static_cast<float>(largest / 4096)), zero());
  const bool adds = one_in(2);
  model_.add(adds ? Code::ADD : Code::SUB, {src.name, other.name}, {dst.name});
  tflite::AddOptionsT add;
  tflite::SubOptionsT sub;
  add.fused_activation_function = sub.fused_activation_function = activation();
  add.pot_scale_int16 = sub.pot_scale_int16 = false;
  adds ? model_.options(add) : model_.options(sub);
  return dst;
}

RandomTflite::Value RandomTflite::mul(const Value& src) {
  const Value other = partner(src);
  tflite::MulOptionsT options;
  options.fused_activation_function = activation();
  const Value dst = result(src.dims, 60.0 * fineness() * src.scale * other.scale);
  model_.add(Code::MUL, {src.name, other.name}, {dst.name}).options(options);
  return dst;
}

RandomTflite::Value RandomTflite::squared_difference(const Value& src) {
  const Value other = partner(src);
  const double largest = std::max(src.scale, other.scale);
  const double expected = 80.0 * largest * largest;
  // Its factor, too, has to be below 1.
  const Value dst =
      result(src.dims, std::max(scale_near(expected), static_cast<float>(largest * largest / 1024)), zero());
  model_.add(Code::SQUARED_DIFFERENCE, {src.name, other.name}, {dst.name});
  return dst;
}

/// By constants that are nowhere near zero, by which LiteRT does not divide; with 16 bits its shifts are undefined
/// there. They are so for results that are not much finer than quotients of stored numbers, too.
RandomTflite::Value RandomTflite::div(const Value& src) {
  Value divisor = constant(one_in(2) ? src.dims : Dims{1, 1, 1, src.dims[3]}, scale_near(0.05 / fineness()));
  divisor.zero = type_ == Type::INT16 ? 0 : one_of({low(), high()});
  model_.quantise(divisor.name, {divisor.scale}, {divisor.zero});
  // The sign and the bit behind it differ from those of the zero point: bytes stay 64 away from it.
  const bool from_low = divisor.zero == low();
  std::vector<uint8_t>& data = model_.model().buffers.back()->data;
  for (size_t i = type_ == Type::INT16 ? 1 : 0; i < data.size(); i += type_ == Type::INT16 ? 2 : 1) {
    if (type_ == Type::INT16) {
      data[i] = static_cast<uint8_t>((data[i] & 0x8f) | 0x20);
    } else {
      data[i] = static_cast<uint8_t>(low() + (from_low ? 64 + data[i] % 192 : data[i] % 192));
    }
  }
  const float finest = type_ == Type::INT16 ? 1.0f / 65536 : 1.0f / 128;
  tflite::DivOptionsT options;
  options.fused_activation_function = activation();
  const Value dst = result(src.dims, src.scale / divisor.scale * finest, zero());
  model_.add(Code::DIV, {src.name, divisor.name}, {dst.name}).options(options);
  return dst;
}

/// MAXIMUM and MINIMUM compare stored numbers, which have to be of one scale.
RandomTflite::Value RandomTflite::extremum(const Value& src) {
  const Value other = rescaled_like(partner(src), src);
  const Value dst = result_like(src.dims, src);
  model_.add(one_of({Code::MAXIMUM, Code::MINIMUM}), {src.name, other.name}, {dst.name});
  return dst;
}

/// Along any axis; u8 may have different scales.
RandomTflite::Value RandomTflite::concatenation(const Value& src) {
  tflite::ConcatenationOptionsT options;
  options.axis = 1 + pick(3);
  Dims dims = src.dims;
  dims[options.axis] = 1 + pick(5);
  const bool rescales = type_ == Type::UINT8;
  const Value other = any();
  Value second = other;
  second.dims[options.axis] = src.dims[options.axis];
  if (second.dims != src.dims)
    second = constant(dims, rescales ? scale_near(src.scale) : src.scale);
  else
    second = other;
  if (!rescales) second = rescaled_like(second, src);
  dims[options.axis] = src.dims[options.axis] + second.dims[options.axis];
  const Value dst = rescales ? result(dims, std::max(src.scale, second.scale)) : result_like(dims, src);
  const auto inputs = one_in(2) ? std::vector{src.name, second.name} : std::vector{second.name, src.name};
  model_.add(Code::CONCATENATION, inputs, {dst.name}).options(options);
  return dst;
}

RandomTflite::Value RandomTflite::pad(const Value& src) {
  std::vector<int32_t> pads(8);
  Dims dims = src.dims;
  for (int i = 2; i < 8; ++i) dims[i / 2] += pads[i] = pick(3);
  const Value dst = result_like(dims, src);
  if (one_in(2)) {
    model_.add(Code::PAD, {src.name, ints(pads, {4, 2})}, {dst.name});
  } else {
    Value value = constant({1, 1, 1, 1}, src.scale);
    model_.tensor(value.name).shape = {1};
    model_.quantise(value.name, {src.scale}, {src.zero});
    model_.add(Code::PADV2, {src.name, ints(pads, {4, 2}), value.name}, {dst.name});
  }
  return dst;
}

RandomTflite::Value RandomTflite::mirror_pad(const Value& src) {
  tflite::MirrorPadOptionsT options;
  const bool repeats_edge = one_in(2);
  options.mode = repeats_edge ? tflite::MirrorPadMode::SYMMETRIC : tflite::MirrorPadMode::REFLECT;
  std::vector<int32_t> pads(8);
  Dims dims = src.dims;
  for (int i = 2; i < 8; ++i) {
    const int32_t most = src.dims[i / 2] - (repeats_edge ? 0 : 1);
    dims[i / 2] += pads[i] = pick(std::min(most, 3) + 1);
  }
  const Value dst = result_like(dims, src);
  model_.add(Code::MIRROR_PAD, {src.name, ints(pads, {4, 2})}, {dst.name}).options(options);
  return dst;
}

RandomTflite::Value RandomTflite::mean(const Value& src) {
  const Code code = one_of({Code::MEAN, Code::MEAN, Code::SUM});
  tflite::ReducerOptionsT options;
  options.keep_dims = one_in(2);
  const std::vector<int32_t> axes = one_of<std::vector<int32_t>>({{1, 2}, {1, 2}, {3}, {2}, {1, 2, 3}});
  Dims dims = src.dims;
  for (int32_t axis : axes) dims[axis] = 1;
  const double terms = static_cast<double>(src.elems()) / (dims[0] * dims[1] * dims[2] * dims[3]);
  const double expected = src.scale * (code == Code::SUM ? std::sqrt(terms) : 1 / std::sqrt(terms));
  const Value dst = result(dims, expected);
  model_.add(code, {src.name, ints(axes)}, {dst.name}).options(options);
  return options.keep_dims ? dst : image(dst, dims);
}

/// Scales are near those that keep products of numbers of middle size what they are.
RandomTflite::Value RandomTflite::product(const Value& src) {
  // LiteRT's factor is below 128.
  if (src.scale > 100) return src;
  tflite::ReducerOptionsT options;
  options.keep_dims = one_in(2);
  const std::vector<int32_t> axes = one_of<std::vector<int32_t>>({{1}, {2}, {3}, {1, 2}});
  Dims dims = src.dims;
  for (int32_t axis : axes) dims[axis] = 1;
  const double count = static_cast<double>(src.elems()) / (dims[0] * dims[1] * dims[2] * dims[3]);
  // The root of the result's scale, with which each step divides.
  const double root = src.scale * 50 * fineness() * std::exp2(pick(7) / 3.0 - 1);
  const Value dst = result(dims, static_cast<float>(std::clamp(std::pow(root, count), 1e-8, 1e4)), zero());
  model_.add(Code::REDUCE_PROD, {src.name, ints(axes)}, {dst.name}).options(options);
  return options.keep_dims ? dst : image(dst, dims);
}

RandomTflite::Value RandomTflite::reduce_extremum(const Value& src) {
  tflite::ReducerOptionsT options;
  options.keep_dims = true;
  const int32_t axis = 1 + pick(3);
  Dims dims = src.dims;
  dims[axis] = 1;
  const Value dst = result_like(dims, src);
  model_.add(one_of({Code::REDUCE_MAX, Code::REDUCE_MIN}), {src.name, ints({axis})}, {dst.name}).options(options);
  return dst;
}

RandomTflite::Value RandomTflite::quantize(const Value& src) {
  const Value dst = result(src.dims, static_cast<double>(src.scale));
  model_.add(Code::QUANTIZE, {src.name}, {dst.name});
  return dst;
}

/// The elements that compare with another value's, or others.
RandomTflite::Value RandomTflite::selected(const Value& src) {
  const Value other = partner(src), otherwise = constant(src.dims, src.scale);
  model_.quantise(otherwise.name, {src.scale}, {src.zero});
  const std::string condition = name();
  model_.result(condition, Type::BOOL);
  const Code code =
      one_of({Code::EQUAL, Code::NOT_EQUAL, Code::LESS, Code::LESS_EQUAL, Code::GREATER, Code::GREATER_EQUAL});
  model_.add(code, {src.name, other.name}, {condition});
  const Value dst = result_like(src.dims, src);
  model_.add(Code::SELECT_V2, {condition, src.name, otherwise.name}, {dst.name});
  return dst;
}

RandomTflite::Value RandomTflite::resize(const Value& src) {
  const Dims size = {1 + pick(9), 1 + pick(9)};
  const Value dst = result_like({src.dims[0], size[0], size[1], src.dims[3]}, src);
  const int mode = pick(3);
  const bool align = mode == 1, half_pixels = mode == 2;
  if (type_ == Type::INT16 || one_in(2)) {
    tflite::ResizeBilinearOptionsT options;
    options.align_corners = align;
    options.half_pixel_centers = half_pixels;
    model_.add(Code::RESIZE_BILINEAR, {src.name, ints(size)}, {dst.name}).options(options);
  } else {
    tflite::ResizeNearestNeighborOptionsT options;
    options.align_corners = align;
    options.half_pixel_centers = half_pixels;
    model_.add(Code::RESIZE_NEAREST_NEIGHBOR, {src.name, ints(size)}, {dst.name}).options(options);
  }
  return dst;
}

RandomTflite::Value RandomTflite::transpose(const Value& src) {
  std::vector<int32_t> order = {1, 2, 3};
  std::shuffle(order.begin(), order.end(), random_);
  order.insert(order.begin(), 0);
  Dims dims;
  for (int32_t axis : order) dims.push_back(src.dims[axis]);
  const Value dst = result_like(dims, src);
  model_.add(Code::TRANSPOSE, {src.name, ints(order)}, {dst.name});
  return dst;
}

RandomTflite::Value RandomTflite::slice(const Value& src) {
  std::vector<int32_t> begin, size;
  for (int32_t extent : src.dims) {
    begin.push_back(pick(extent));
    size.push_back(1 + pick(extent - begin.back()));
  }
  const Value dst = result_like(size, src);
  model_.add(Code::SLICE, {src.name, ints(begin), ints(size)}, {dst.name});
  return dst;
}

RandomTflite::Value RandomTflite::strided_slice(const Value& src) {
  std::vector<int32_t> begin, end, step;
  Dims dims;
  for (int32_t extent : src.dims) {
    begin.push_back(pick(extent));
    end.push_back(extent);
    step.push_back(1 + pick(3));
    dims.push_back((extent - begin.back() - 1) / step.back() + 1);
  }
  const Value dst = result_like(dims, src);
  model_.add(Code::STRIDED_SLICE, {src.name, ints(begin), ints(end), ints(step)}, {dst.name});
  model_.options(tflite::StridedSliceOptionsT());
  return dst;
}

/// Into halves, or pieces that are put together again in another order.
RandomTflite::Value RandomTflite::split(const Value& src) {
  const int32_t parts = src.dims[3] % 3 == 0 ? 3 : src.dims[3] % 2 == 0 ? 2 : 1;
  std::vector<std::string> names;
  for (int32_t i = 0; i < parts; ++i) {
    names.push_back(result_like({src.dims[0], src.dims[1], src.dims[2], src.dims[3] / parts}, src).name);
  }
  tflite::SplitOptionsT options;
  options.num_splits = parts;
  model_.add(Code::SPLIT, {ints({3}, {}), src.name}, names).options(options);
  std::reverse(names.begin(), names.end());
  tflite::ConcatenationOptionsT concat;
  concat.axis = 3;
  const Value dst = result_like(src.dims, src);
  model_.add(Code::CONCATENATION, names, {dst.name}).options(concat);
  return dst;
}

/// SPACE_TO_DEPTH where rows and columns are even, or DEPTH_TO_SPACE where channels come in fours.
RandomTflite::Value RandomTflite::blocks(const Value& src) {
  const Dims& d = src.dims;
  if (d[1] % 2 == 0 && d[2] % 2 == 0) {
    tflite::SpaceToDepthOptionsT options;
    options.block_size = 2;
    const Value dst = result_like({d[0], d[1] / 2, d[2] / 2, d[3] * 4}, src);
    model_.add(Code::SPACE_TO_DEPTH, {src.name}, {dst.name}).options(options);
    return dst;
  }
  if (d[3] % 4 != 0) return src;
  tflite::DepthToSpaceOptionsT options;
  options.block_size = 2;
  const Value dst = result_like({d[0], d[1] * 2, d[2] * 2, d[3] / 4}, src);
  model_.add(Code::DEPTH_TO_SPACE, {src.name}, {dst.name}).options(options);
  return dst;
}

RandomTflite::Value RandomTflite::gather(const Value& src) {
  tflite::GatherOptionsT options;
  options.axis = 1 + pick(3);
  std::vector<int32_t> indices(1 + pick(6));
  for (int32_t& index : indices) index = pick(src.dims[options.axis]);
  Dims dims = src.dims;
  dims[options.axis] = static_cast<int32_t>(indices.size());
  const Value dst = result_like(dims, src);
  model_.add(Code::GATHER, {src.name, ints(indices)}, {dst.name}).options(options);
  return dst;
}

}  // namespace convoy::tflite_frontend
