// Random networks for tests of passes and groups, the same for the same seed.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "passes/pass_test.h"

namespace convoy {

/// Builds networks of elementwise operators, convolutions, pools, normalisation and data movement, in which
/// values have one of two shapes, N,C,H,W or N,C,1,1, are used several times, and may be outputs anywhere.
class RandomNetwork {
 public:
  explicit RandomNetwork(unsigned seed) : random_(seed) {}

  Graph build(int nodes) {
    full_ = {builder_.input("x", full_type()), builder_.input("z", full_type())};
    small_ = {builder_.input("s", small_type())};
    for (int i = 0; i < nodes; ++i) {
      name_ = "n" + std::to_string(i);
      add_node();
    }
    add_outputs();
    return std::move(builder_).finish();
  }

 private:
  static TensorType full_type() { return {DType::f32, {1, 4, 3, 2}}; }
  static TensorType small_type() { return {DType::f32, {1, 4, 1, 1}}; }

  int pick(int count) { return std::uniform_int_distribution<int>(0, count - 1)(random_); }
  /// Recent values more often than others, so that there are chains.
  ValueId pick(const std::vector<ValueId>& values) {
    const int count = static_cast<int>(values.size());
    return values[pick(3) ? count - 1 - pick(std::min(count, 3)) : pick(count)];
  }
  ValueId full() { return pick(full_); }
  ValueId small() { return pick(small_); }

  ValueId random_constant(const Shape& shape, double low = -1, double high = 1) {
    return builder_.constant("c", random_tensor({DType::f32, shape}, random_, low, high));
  }
  /// A number that passes look for, or one value a channel.
  ValueId constant() {
    const float numbers[] = {0, 1, 2, 3, 6, 0.5f, 1.0f / 6};
    if (pick(2)) return builder_.constant("c", Tensor::scalar(numbers[pick(7)]));
    return random_constant({4, 1, 1}, 0.5, 1.5);
  }

  ValueId add(const char* op_name, const std::vector<ValueId>& inputs, const AttributeMap& attributes = {}) {
    auto op = make_op(op_name);
    op->read_attributes(attributes);
    return builder_.add1(std::move(op), inputs, name_);
  }

  void add_node() {
    switch (pick(4)) {
      case 0:
        return full_.push_back(windowed());
      case 1:
        return full_.push_back(moved());
      case 2:
        return small_.push_back(pick(2) ? add("reduce", {full()}, {{"kind", "mean"}, {"axes", "[2,3]"}})
                                        : add("sigmoid", {small()}));
      default:
        return full_.push_back(elementwise());
    }
  }

  ValueId windowed() {
    switch (pick(6)) {
      case 0:
        return add("conv2d", {full(), random_constant({4, 2, 1, 1}), random_constant({4})}, {{"group", "2"}});
      case 1:
        return add("conv2d", {full(), random_constant({4, 4, 3, 3}), kAbsent}, {{"pads", "[1,1,1,1]"}});
      case 2:
        return add("conv_transpose2d", {full(), random_constant({4, 2, 1, 1}), kAbsent}, {{"group", "2"}});
      case 3:
        return add("conv2d", {padded(), random_constant({4, 4, 3, 3}), kAbsent});
      case 4:
        return add(pick(2) ? "max_pool2d" : "avg_pool2d", {padded()}, {{"kernel", "[3,3]"}});
      default:
        return batch_norm();
    }
  }

  ValueId padded() { return add("pad", {full()}, {{"begin", "[0,0,1,1]"}, {"end", "[0,0,1,1]"}, {"value", "0"}}); }

  ValueId batch_norm() {
    std::vector<ValueId> inputs = {full()};
    for (int i = 0; i < 4; ++i) inputs.push_back(random_constant({4}, 0.5, 1.5));
    return add("batch_norm", inputs);
  }

  ValueId moved() {
    switch (pick(4)) {
      case 0:
        return add("reshape", {full()}, {{"shape", "[1,4,3,2]"}});
      case 1:
        return add("transpose", {add("transpose", {full()}, {{"perm", "[0,2,3,1]"}})}, {{"perm", "[0,3,1,2]"}});
      case 2:
        return add("expand", {small()}, {{"shape", "[1,4,3,2]"}});
      default:
        return add("slice", {add("concat", {full(), full()}, {{"axis", "1"}})},
                   {{"begin", "[0,2,0,0]"}, {"size", "[1,4,3,2]"}, {"step", "[1,1,1,1]"}});
    }
  }

  ValueId elementwise() {
    const char* unary[] = {"relu", "tanh", "sigmoid", "hard_sigmoid", "neg"};
    const char* binary[] = {"add", "mul", "sub", "max", "min"};
    switch (pick(5)) {
      case 0:
        return add(unary[pick(5)], {full()}, {{"alpha", "0.2"}, {"beta", "0.5"}});
      case 1:
        return add("clip", {full()}, {{"alpha", "0"}, {"beta", "6"}});
      case 2:
        return add(binary[pick(5)], {full(), full()});
      case 3:
        return add(binary[pick(5)], {small(), full()});
      default:
        return pick(2) ? add(binary[pick(5)], {full(), constant()}) : add(binary[pick(5)], {constant(), full()});
    }
  }

  void add_outputs() {
    std::set<ValueId> outputs = {full_.back(), small_.back()};
    for (int i = pick(3); i > 0; --i) outputs.insert(full());
    for (ValueId id : outputs) builder_.output(id);
  }

  std::mt19937 random_;
  GraphBuilder builder_{"random"};
  std::vector<ValueId> full_, small_;
  std::string name_;  ///< of the node being added
};

}  // namespace convoy
