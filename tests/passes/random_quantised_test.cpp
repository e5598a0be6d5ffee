// Random networks as quantising tools write them: quantize and dequantize around every operator. All scales are powers
// of two and sums small, so that f32 is exact and the passes may change no bit.
#include <cstring>

#include "ops/quantize.h"
#include "passes/pass_test.h"
#include "passes/passes.h"

namespace convoy {
namespace {

/// i8 or u8 numbers of 1x4x4x4 elements.
struct Quantised {
  ValueId numbers, scale, zero;
  int exponent;  ///< scale = 2^exponent
};

class RandomQuantisedNetwork {
 public:
  explicit RandomQuantisedNetwork(unsigned seed) : random_(seed) {}

  Graph build() && {
    for (int i = 0; i < 2; ++i) {
      const ValueId x = builder_.input(fmt::format("x{}", i), {DType::f32, {1, 4, 4, 4}});
      values_.push_back(quantised(x, -4));
    }
    for (int i = 0; i < 8; ++i) add_layer();
    builder_.output(values_.back().numbers);
    builder_.output(dequantised(values_[values_.size() - 2]));
    return std::move(builder_).finish();
  }

 private:
  int pick(int count) { return std::uniform_int_distribution<int>(0, count - 1)(random_); }
  const Quantised& any() { return values_[pick(static_cast<int>(values_.size()))]; }
  std::string name() { return fmt::format("n{}", count_++); }

  ValueId add(const char* op_name, const std::vector<ValueId>& inputs, const AttributeMap& attributes = {}) {
    auto op = make_op(op_name);
    op->read_attributes(attributes);
    return builder_.add1(std::move(op), inputs, name());
  }
  ValueId constant(Tensor tensor) { return builder_.constant(name(), std::move(tensor)); }
  ValueId scale(int exponent) { return constant(Tensor::scalar(std::ldexp(1.0f, exponent))); }
  ValueId random_constant(DType dtype, Shape shape) { return constant(random_tensor({dtype, shape}, random_)); }
  ValueId zero(DType dtype) {
    return dtype == DType::i8 ? constant(Tensor::scalar(static_cast<int8_t>(pick(40) - 20)))
                              : constant(Tensor::scalar(static_cast<uint8_t>(pick(200))));
  }

  Quantised quantised(ValueId value, int exponent) {
    const DType dtype = pick(2) ? DType::i8 : DType::u8;
    Quantised result{kAbsent, scale(exponent), zero(dtype), exponent};
    result.numbers = builder_.make(quantize_to(dtype), {value, result.scale, result.zero}, name());
    return result;
  }
  Quantised quantised_like(ValueId value, const Quantised& like) {
    Quantised result = like;
    const Quantize op = quantize_to(builder_.type(like.numbers).dtype);
    result.numbers = builder_.make(op, {value, like.scale, like.zero}, name());
    return result;
  }
  ValueId dequantised(const Quantised& value) {
    return builder_.make(dequantize(), {value.numbers, value.scale, value.zero}, name());
  }

  void add_layer() {
    switch (pick(6)) {
      case 0:
      case 1:
        return values_.push_back(quantised(activated(product()), -pick(3)));
      case 2:
        return values_.push_back(pooled());
      case 3:
        return values_.push_back(quantised(activated(add(pick(2) ? "add" : "mul", two_operands())), -pick(5)));
      case 4:
        return values_.push_back(function());
      default:
        return values_.push_back(moved());
    }
  }

  std::vector<ValueId> two_operands() {
    const ValueId a = dequantised(any());
    if (pick(3)) return {a, dequantised(any())};
    return {a, add("reduce", {dequantised(any())}, {{"kind", "mean"}, {"axes", "[2,3]"}})};
  }

  ValueId activated(ValueId value) {
    const char* kinds[] = {"relu", "clip", "leaky_relu"};
    const int kind = pick(4);
    return kind == 3 ? value : add(kinds[kind], {value}, {{"alpha", "0.25"}, {"beta", kind == 1 ? "6" : "0"}});
  }

  /// Weights with one scale or one a channel, of which there are 4 along `axis`; `exponents` are those of the scales.
  ValueId weights(const Shape& shape, int axis, std::vector<int>& exponents) {
    const DType dtype = pick(2) ? DType::i8 : DType::u8;
    const ValueId numbers = random_constant(dtype, shape);
    exponents.resize(pick(2) ? 1 : shape[axis]);
    Tensor scales(DType::f32, Shape{static_cast<int64_t>(exponents.size())});
    for (size_t c = 0; c < exponents.size(); ++c) {
      exponents[c] = -5 - pick(3);
      scales.as<float>()[c] = std::ldexp(1.0f, exponents[c]);
    }
    const ValueId zeros = pick(2) ? kAbsent : zero(dtype);
    return builder_.make(dequantize(axis), {numbers, constant(scales), zeros}, name());
  }

  /// Of the scale of the sums, of another one, or floats.
  ValueId bias(int channels, int src_exponent, const std::vector<int>& exponents) {
    const int kind = pick(4);
    if (kind == 0) return random_constant(DType::f32, {channels});
    Tensor scales(DType::f32, Shape{static_cast<int64_t>(exponents.size())});
    for (size_t c = 0; c < exponents.size(); ++c) {
      scales.as<float>()[c] = std::ldexp(1.0f, src_exponent + exponents[c] + (kind == 1));
    }
    return builder_.make(dequantize(), {random_constant(DType::i32, {channels}), constant(scales)}, name());
  }

  ValueId product() {
    const Quantised src = any();
    std::vector<int> exponents;
    switch (pick(4)) {
      case 0: {
        const ValueId w = weights({4, 4, 3, 3}, 0, exponents);
        return add("conv2d", {dequantised(src), w, bias(4, src.exponent, exponents)}, {{"pads", "[1,1,1,1]"}});
      }
      case 1: {
        const ValueId padded = add("pad", {dequantised(src)}, {{"begin", "[0,0,1,0]"}, {"end", "[0,0,1,2]"}});
        return add("conv2d", {padded, weights({4, 1, 3, 3}, 0, exponents), kAbsent}, {{"group", "4"}});
      }
      case 2:
        return add("conv_transpose2d", {dequantised(src), weights({4, 2, 1, 1}, 1, exponents), kAbsent},
                   {{"group", "2"}});
      default: {
        const ValueId rows = add("reshape", {dequantised(src)}, {{"shape", "[4,16]"}});
        const ValueId sums = add("matmul", {rows, weights({16, 16}, 1, exponents)});
        const ValueId biased = add("add", {sums, bias(16, src.exponent, exponents)});
        return add("reshape", {biased}, {{"shape", "[1,4,4,4]"}});
      }
    }
  }

  Quantised pooled() {
    const Quantised src = any();
    const AttributeMap window = {{"kernel", "[3,3]"}, {"pads", "[1,1,1,1]"}};
    if (pick(2)) return quantised_like(add("max_pool2d", {dequantised(src)}, window), src);
    const AttributeMap even = {{"kernel", "[2,2]"}, {"pads", "[0,0,1,1]"}, {"count_include_pad", "1"}};
    return quantised(add("avg_pool2d", {dequantised(src)}, even), src.exponent);
  }

  Quantised function() {
    const Quantised src = any();
    const char* kinds[] = {"sigmoid", "tanh", "relu", "exp"};
    const ValueId value = dequantised(src);
    const ValueId result = add(kinds[pick(4)], {value});
    return pick(2) ? quantised_like(result, src) : quantised(pick(2) ? result : add("mul", {value, result}), -6);
  }

  Quantised moved() {
    const Quantised src = any(), other = any();
    switch (pick(3)) {
      case 0:
        return quantised_like(add("transpose", {dequantised(src)}, {{"perm", "[0,2,3,1]"}}), src);
      case 1: {
        const ValueId joined = add("concat", {dequantised(src), dequantised(other)}, {{"axis", "1"}});
        const AttributeMap middle = {{"begin", "[0,2,0,0]"}, {"size", "[1,4,4,4]"}, {"step", "[1,1,1,1]"}};
        const ValueId part = add("slice", {joined}, middle);
        return pick(2) ? quantised_like(part, src) : quantised(part, -3);
      }
      default: {
        const ValueId blocks = add("depth_to_space", {dequantised(src)}, {{"block_size", "2"}});
        return quantised_like(add("space_to_depth", {blocks}, {{"block_size", "2"}}), other);
      }
    }
  }

  std::mt19937 random_;
  GraphBuilder builder_{"random"};
  std::vector<Quantised> values_;
  int count_ = 0;
};

void expect_equal_bits(const Graph& before, const Graph& after, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<Tensor> inputs;
  for (ValueId id : before.inputs) inputs.push_back(random_tensor(before.type(id), random));
  const std::vector<Tensor> expected = evaluate(before, inputs), found = evaluate(after, inputs);
  for (size_t i = 0; i < before.outputs.size(); ++i) {
    const Tensor &a = expected[before.outputs[i]], &b = found[after.outputs[i]];
    ASSERT_EQ(a.type(), b.type());
    ASSERT_EQ(std::memcmp(a.data(), b.data(), a.bytes()), 0) << "output " << i << " of\n" << nodes_text(before);
  }
}

TEST(RandomQuantisedNetworks, PassesChangeNoBit) {
  for (unsigned seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    const Graph before = RandomQuantisedNetwork(seed).build();
    const Graph after = run_passes(before);
    expect_equal_bits(before, after, seed);
    for (const Node& node : after.nodes) {
      ASSERT_TRUE(node.op->name() != "quantize" && node.op->name() != "dequantize");
      // All weights here are quantised as products take them.
      const bool product = node.op->name().starts_with("conv") || node.op->name() == "matmul";
      ASSERT_TRUE(!product || after.type(node.outputs[0]).dtype == DType::i32) << nodes_text(before);
    }
    if (testing::Test::HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace convoy
