#include "quantize/random_network.h"

#include <random>

#include "quantize/model_file.h"

namespace convoy::quantizer {
namespace {

using onnx_frontend::TestModel;

/// An image of the network: C x size x size.
struct Image {
  std::string name;
  int64_t channels, size;
};

class Maker {
 public:
  explicit Maker(uint32_t seed) : random_(seed) {}

  TestModel run() {
    model_.input("x", {1, 4, 12, 12});
    images_.push_back({"x", 4, 12});
    images_.push_back(conv(images_[0]));
    for (int i = 0; i < 8; ++i) images_.push_back(next(pick()));
    const Image last = conv(images_.back());
    model_.output(last.name);
    if (below(2)) head(pick());
    return std::move(model_);
  }

 private:
  int64_t below(int64_t bound) { return std::uniform_int_distribution<int64_t>(0, bound - 1)(random_); }
  const Image& pick() { return images_[images_.size() - 1 - below(std::min<int64_t>(3, images_.size()))]; }
  std::string fresh(const std::string& stem) { return stem + std::to_string(++names_); }
  std::vector<float> floats(int64_t count, float reach) { return random_floats(count, ++names_, -reach, reach); }

  std::string unary(const std::string& op, const std::string& src) {
    const std::string dst = fresh("u");
    model_.add(op, {src}, {dst});
    return dst;
  }

  Image conv(const Image& src) {
    const bool depthwise = below(4) == 0;
    const int64_t out = depthwise ? src.channels : 4 + 2 * below(4), kernel = below(2) ? 3 : 1;
    const int64_t in = depthwise ? 1 : src.channels;
    const std::string weights = fresh("w"), bias = fresh("b"), dst = fresh("c");
    model_.floats(weights, {out, in, kernel, kernel}, floats(out * in * kernel * kernel, 1.f / static_cast<float>(in)));
    model_.floats(bias, {out}, floats(out, 0.5f));
    std::vector<std::string> inputs = {src.name, weights};
    if (below(2)) inputs.push_back(bias);
    model_.add("Conv", inputs, {dst}).attr_ints("pads", std::vector<int64_t>(4, kernel / 2));
    if (depthwise) model_.attr("group", src.channels);
    return {below(2) ? unary("Relu", dst) : dst, out, src.size};
  }

  Image transposed(const Image& src) {
    const std::string weights = fresh("w"), dst = fresh("t");
    model_.floats(weights, {src.channels, 4, 2, 2}, floats(src.channels * 16, 0.5f));
    model_.add("ConvTranspose", {src.name, weights}, {dst}).attr_ints("strides", {2, 2});
    return {dst, 4, 2 * src.size};
  }

  Image sum(const Image& src) {
    const Image other = conv(src);
    const std::string dst = fresh("s");
    if (other.channels != src.channels) return other;
    model_.add(below(3) ? "Add" : "Mul", {src.name, other.name}, {dst});
    return {dst, src.channels, src.size};
  }

  Image concat(const Image& src) {
    const Image other = conv(src);
    const std::string dst = fresh("j");
    model_.add("Concat", {src.name, other.name}, {dst}).attr("axis", int64_t{1});
    return {dst, src.channels + other.channels, src.size};
  }

  Image pool(const Image& src) {
    if (src.size < 4) return conv(src);
    const std::string dst = fresh("p");
    model_.add(below(2) ? "MaxPool" : "AveragePool", {src.name}, {dst});
    model_.attr_ints("kernel_shape", {2, 2}).attr_ints("strides", {2, 2});
    return {dst, src.channels, src.size / 2};
  }

  Image normalised(const Image& src) {
    const std::string prefix = fresh("n"), dst = fresh("y");
    for (const char* what : {"s", "o", "m"}) model_.floats(prefix + what, {src.channels}, floats(src.channels, 0.5f));
    model_.floats(prefix + "v", {src.channels}, std::vector<float>(src.channels, 0.7f));
    model_.add("BatchNormalization", {src.name, prefix + "s", prefix + "o", prefix + "m", prefix + "v"}, {dst});
    return {dst, src.channels, src.size};
  }

  Image gated(const Image& src) {
    const std::string mean = unary("GlobalAveragePool", src.name), dst = fresh("g");
    const Image gate = conv({mean, src.channels, 1});
    if (gate.channels != src.channels) return conv(src);
    model_.add("Mul", {src.name, unary("Sigmoid", gate.name)}, {dst});
    return {dst, src.channels, src.size};
  }

  Image function(const Image& src) {
    constexpr const char* kFunctions[] = {"Sigmoid", "Tanh", "LeakyRelu", "HardSigmoid", "Elu", "Relu"};
    return {unary(kFunctions[below(6)], src.name), src.channels, src.size};
  }

  Image next(const Image& src) {
    using Make = Image (Maker::*)(const Image&);
    constexpr Make kMakers[] = {&Maker::conv,       &Maker::sum,   &Maker::concat,   &Maker::pool, &Maker::sum,
                                &Maker::normalised, &Maker::gated, &Maker::function, &Maker::conv, &Maker::transposed};
    return (this->*kMakers[below(src.size > 12 ? 9 : 10)])(Image(src));
  }

  /// Pool, product, softmax.
  void head(const Image& src) {
    const std::string mean = unary("GlobalAveragePool", src.name), flat = unary("Flatten", mean);
    const std::string weights = fresh("w"), scores = fresh("z");
    model_.floats(weights, {src.channels, 6}, floats(src.channels * 6, 1));
    model_.add("MatMul", {flat, weights}, {scores});
    model_.output(unary("Softmax", scores));
  }

  TestModel model_;
  std::mt19937 random_;
  std::vector<Image> images_;
  uint32_t names_ = 0;
};

}  // namespace

TestModel random_network(uint32_t seed) {
  return Maker(seed).run();
}

}  // namespace convoy::quantizer
