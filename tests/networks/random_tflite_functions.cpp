// Layers of random networks that are functions: of one number, or of all along the last axis.
#include <algorithm>

#include "networks/random_tflite.h"

namespace convoy::tflite_frontend {

RandomTflite::Value RandomTflite::softmax(const Value& src) {
  tflite::SoftmaxOptionsT options;
  options.beta = one_of({1.0f, 1.0f, 0.5f, 3.0f});
  const Value dst = type_ == Type::INT16 ? result(src.dims, 1.0f / 32768, 0) : result(src.dims, 1.0f / 256, low());
  model_.add(Code::SOFTMAX, {src.name}, {dst.name}).options(options);
  return dst;
}

/// Its results have a scale and a zero point of their own, as those of L2_NORMALIZATION have.
RandomTflite::Value RandomTflite::log_softmax(const Value& src) {
  const Value dst = result(src.dims, 1.0f / 16, high());
  model_.add(Code::LOG_SOFTMAX, {src.name}, {dst.name});
  return dst;
}

RandomTflite::Value RandomTflite::l2_normalization(const Value& src) {
  const Value dst = result(src.dims, 1.0f / 128, low() + 128);
  model_.add(Code::L2_NORMALIZATION, {src.name}, {dst.name}).options(tflite::L2NormOptionsT());
  return dst;
}

RandomTflite::Value RandomTflite::logistic(const Value& src) {
  // LiteRT's 16 bits overflow beyond.
  if (type_ == Type::INT16 && src.scale > 2) return src;
  const Value dst = type_ == Type::INT16 ? result(src.dims, 1.0f / 32768, 0) : result(src.dims, 1.0f / 256, low());
  model_.add(Code::LOGISTIC, {src.name}, {dst.name});
  return dst;
}

RandomTflite::Value RandomTflite::tanh(const Value& src) {
  if (type_ == Type::INT16 && src.scale > 2) return src;
  const Value dst =
      type_ == Type::INT16 ? result(src.dims, 1.0f / 32768, 0) : result(src.dims, 1.0f / 128, low() + 128);
  model_.add(Code::TANH, {src.name}, {dst.name});
  return dst;
}

RandomTflite::Value RandomTflite::rectifier(const Value& src) {
  const Value dst = result(src.dims, static_cast<double>(src.scale));
  const Code code = one_of({Code::RELU, Code::RELU6, Code::RELU_N1_TO_1, Code::RELU_0_TO_1});
  const bool has_code = type_ != Type::INT16 || code == Code::RELU || code == Code::RELU6;
  model_.add(has_code ? code : Code::RELU, {src.name}, {dst.name});
  return dst;
}

/// Of numbers whose zero point is 0, to which the others are scaled.
RandomTflite::Value RandomTflite::neg(const Value& src) {
  const Value centred = rescaled_like(src, {"", src.dims, src.scale, 0});
  const Value dst = result_like(src.dims, centred);
  model_.add(Code::NEG, {centred.name}, {dst.name});
  return dst;
}

RandomTflite::Value RandomTflite::leaky_relu(const Value& src) {
  tflite::LeakyReluOptionsT options;
  options.alpha = one_of({0.01f, 0.1f, 0.3f, 1.5f});
  const Value dst = result(src.dims, static_cast<double>(src.scale));
  model_.add(Code::LEAKY_RELU, {src.name}, {dst.name}).options(options);
  return dst;
}

RandomTflite::Value RandomTflite::prelu(const Value& src) {
  const Value alpha = constant({1, 1, 1, src.dims[3]}, scale_near(0.005));
  const Value dst = result(src.dims, static_cast<double>(src.scale));
  model_.add(Code::PRELU, {src.name, alpha.name}, {dst.name});
  return dst;
}

RandomTflite::Value RandomTflite::table_function(const Value& src) {
  const Code code = one_of({Code::EXP, Code::LOG, Code::ABS, Code::GELU});
  const double expected = code == Code::EXP ? 0.05 / fineness() : code == Code::LOG ? 0.02 / fineness() : src.scale;
  const Value dst = result(src.dims, expected);
  model_.add(code, {src.name}, {dst.name});
  if (code == Code::GELU) {
    tflite::GeluOptionsT options;
    options.approximate = one_in(2);
    model_.options(options);
  }
  return dst;
}

/// The result may not be more than 128 times as fine.
RandomTflite::Value RandomTflite::hard_swish(const Value& src) {
  const Value dst = result(src.dims, std::max(scale_near(src.scale), src.scale / 64), zero());
  model_.add(Code::HARD_SWISH, {src.name}, {dst.name});
  return dst;
}

}  // namespace convoy::tflite_frontend
