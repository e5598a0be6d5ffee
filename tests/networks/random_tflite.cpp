#include "networks/random_tflite.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace convoy::tflite_frontend {
namespace {

constexpr int kMaxElems = 3000;

}  // namespace

TestModel RandomTflite::build(int count) && {
  const int inputs = 1 + pick(2);
  for (int i = 0; i < inputs; ++i) {
    values_.push_back(
        input({one_of({1, 1, 1, 2}), 1 + pick(11), 1 + pick(11), one_of({1, 2, 3, 4, 5, 8, 16, 17, 33})}));
  }
  for (int i = 0; i < count; ++i) {
    const LayerRule& rule = layers()[pick(static_cast<int>(layers().size()))];
    if (!has(rule)) continue;
    // Recent values more often, so that there are chains.
    const Value src = pick(3) ? values_.back() : any();
    const Value result = (this->*rule.layer)(src);
    if (result.name != src.name && result.elems() <= kMaxElems) values_.push_back(result);
  }
  // What nothing reads is an output, too: no operator is left out.
  for (const Value& value : values_) {
    const bool input = value.name.starts_with("input");
    if (!input || &value == &values_.back()) model_.output(value.name);
  }
  return std::move(model_);
}

float RandomTflite::scale_near(double expected) {
  const double exponent = std::uniform_real_distribution<double>(-2, 2)(random_);
  return static_cast<float>(std::clamp(expected * std::exp2(one_in(12) ? 4 * exponent : exponent), 1e-8, 1e4));
}

int64_t RandomTflite::zero() {
  if (type_ == Type::INT16) return 0;
  return one_in(4) ? one_of({low(), high(), low() + 128}) : low() + pick(256);
}

tflite::ActivationFunctionType RandomTflite::activation() {
  using Activation = tflite::ActivationFunctionType;
  return one_of({Activation::NONE, Activation::NONE, Activation::RELU, Activation::RELU6, Activation::RELU_N1_TO_1});
}

RandomTflite::Value RandomTflite::input(const Dims& dims) {
  const Value value{"input" + std::to_string(values_.size()), dims, scale_near(0.05 / fineness()), zero()};
  model_.input(value.name, dims, type_).quantise(value.name, {value.scale}, {value.zero});
  return value;
}

RandomTflite::Value RandomTflite::result(const Dims& dims, float scale, int64_t zero_point) {
  const Value value{name(), dims, scale, zero_point};
  model_.result(value.name, type_).quantise(value.name, {scale}, {zero_point});
  model_.tensor(value.name).shape = dims;
  return value;
}

std::string RandomTflite::ints(const std::vector<int32_t>& values, const Dims& dims) {
  const std::string id = name();
  model_.ints(id, dims, values);
  return id;
}

RandomTflite::Value RandomTflite::constant(const Dims& dims, float scale) {
  const Value value{name(), dims, scale, zero()};
  std::vector<uint8_t> data(value.elems() * (type_ == Type::INT16 ? 2 : 1));
  for (uint8_t& byte : data) byte = static_cast<uint8_t>(random_());
  model_.bytes(value.name, dims, type_, data).quantise(value.name, {scale}, {value.zero});
  return value;
}

RandomTflite::Value RandomTflite::image(const Value& value, const Dims& dims) {
  const Value reshaped = result_like(dims, value);
  model_.add(Code::RESHAPE, {value.name, ints(dims)}, {reshaped.name});
  return reshaped;
}

RandomTflite::Value RandomTflite::rescaled_like(const Value& value, const Value& like) {
  if (value.scale == like.scale && value.zero == like.zero) return value;
  const Value rescaled = result_like(value.dims, like);
  model_.add(Code::QUANTIZE, {value.name}, {rescaled.name});
  return rescaled;
}

RandomTflite::Value RandomTflite::partner(const Value& src) {
  const Value& other = any();
  if (other.dims == src.dims && pick(4)) return other;
  const Dims& d = src.dims;
  const Dims shapes[] = {d, {1, 1, 1, d[3]}, {1, 1, 1, 1}, {d[0], 1, 1, d[3]}, {1, d[1], 1, 1}};
  return constant(shapes[pick(5)], scale_near(src.scale));
}

}  // namespace convoy::tflite_frontend
