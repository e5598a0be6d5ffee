// Random small quantised TFLite networks, the same for the same seed: what kernels and importers disagree about.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "frontends/tflite/model_builder.h"

namespace convoy::tflite_frontend {

/// Builds networks of operators on i8, u8 or i16 with odd shapes, strides, dilations, fused activations, and scales and
/// zero points that saturate now and then. All values are images N,H,W,C; operators that give others are followed by a
/// RESHAPE.
class RandomTflite {
 public:
  RandomTflite(unsigned seed, Type type) : random_(seed), type_(type) {}

  TestModel build(int layers) &&;

 private:
  struct Value {
    std::string name;
    std::vector<int32_t> dims;
    float scale;
    int64_t zero;

    int32_t elems() const { return dims[0] * dims[1] * dims[2] * dims[3]; }
  };
  using Dims = std::vector<int32_t>;
  using Layer = Value (RandomTflite::*)(const Value& src);
  struct LayerRule {
    Layer layer;
    bool i8, u8, i16;  ///< the types that LiteRT has it for
  };
  static const std::vector<LayerRule>& layers();

  // random_tflite.cpp: numbers, tensors
  int pick(int count) { return std::uniform_int_distribution<int>(0, count - 1)(random_); }
  bool one_in(int count) { return pick(count) == 0; }
  template <class T>
  T one_of(std::initializer_list<T> choices) {
    return choices.begin()[pick(static_cast<int>(choices.size()))];
  }
  bool has(const LayerRule& rule) const {
    return type_ == Type::INT16 ? rule.i16 : type_ == Type::INT8 ? rule.i8 : rule.u8;
  }
  /// How many steps of 16 bits are one of 8 bits.
  int fineness() const { return type_ == Type::INT16 ? 256 : 1; }
  int64_t low() const { return type_ == Type::INT16 ? -32768 : type_ == Type::INT8 ? -128 : 0; }
  int64_t high() const { return type_ == Type::INT16 ? 32767 : type_ == Type::INT8 ? 127 : 255; }
  std::string name() { return "t" + std::to_string(count_++); }
  /// Near what results need, far away now and then.
  float scale_near(double expected);
  int64_t zero();
  tflite::ActivationFunctionType activation();
  Value input(const Dims& dims);
  Value result(const Dims& dims, float scale, int64_t zero_point);
  Value result(const Dims& dims, double expected_scale) { return result(dims, scale_near(expected_scale), zero()); }
  Value result_like(const Dims& dims, const Value& like) { return result(dims, like.scale, like.zero); }
  std::string ints(const std::vector<int32_t>& values, const Dims& dims);
  std::string ints(const std::vector<int32_t>& values) { return ints(values, {static_cast<int32_t>(values.size())}); }
  /// A constant of random numbers.
  Value constant(const Dims& dims, float scale);
  Value image(const Value& value, const Dims& dims);
  /// `value` with the scale and zero point of `like`.
  Value rescaled_like(const Value& value, const Value& like);
  const Value& any() { return values_[pick(static_cast<int>(values_.size()))]; }
  /// A value of this shape, or one that broadcasts to it.
  Value partner(const Value& src);

  // random_tflite_products.cpp
  struct Weights {
    std::string weights, bias;
    double scale;  ///< of the middle channel
  };
  Weights weights(const Dims& dims, int32_t channel_axis, const Value& src);
  void add_bias(const std::string& id, int32_t channels);
  template <class Options>
  Dims window(const Value& src, Dims kernel, bool dilates, Options& options);
  Value product_result(const Dims& dims, const Value& src, const Weights& w, int terms);
  Value conv2d(const Value& src);
  Value depthwise_conv2d(const Value& src);
  Value transpose_conv(const Value& src);
  Value fully_connected(const Value& src);
  Value batch_matmul(const Value& src);
  Value dilated(const Value& src);
  Value pool(const Value& src);

  // random_tflite_layers.cpp
  Value sum(const Value& src);
  Value mul(const Value& src);
  Value squared_difference(const Value& src);
  Value div(const Value& src);
  Value extremum(const Value& src);
  Value concatenation(const Value& src);
  Value pad(const Value& src);
  Value mirror_pad(const Value& src);
  Value mean(const Value& src);
  Value reduce_extremum(const Value& src);
  Value product(const Value& src);
  Value softmax(const Value& src);
  Value log_softmax(const Value& src);
  Value l2_normalization(const Value& src);
  Value logistic(const Value& src);
  Value tanh(const Value& src);
  Value rectifier(const Value& src);
  Value neg(const Value& src);
  Value leaky_relu(const Value& src);
  Value prelu(const Value& src);
  Value table_function(const Value& src);
  Value hard_swish(const Value& src);
  Value quantize(const Value& src);
  Value selected(const Value& src);
  Value resize(const Value& src);
  Value transpose(const Value& src);
  Value slice(const Value& src);
  Value strided_slice(const Value& src);
  Value split(const Value& src);
  Value blocks(const Value& src);
  Value gather(const Value& src);

  std::mt19937 random_;
  Type type_;
  TestModel model_;
  std::vector<Value> values_;
  int count_ = 0;
};

}  // namespace convoy::tflite_frontend
