// What an importer needs to know of a node in any format: its inputs in the graph being built, and how to add to it.
#pragma once

#include <string>
#include <vector>

#include "graph/graph.h"

namespace convoy {

class ImportedNode {
 public:
  ImportedNode(GraphBuilder& builder, std::vector<ValueId> inputs, std::string name)
      : builder_(builder), inputs_(std::move(inputs)), name_(std::move(name)) {}

  const std::string& name() const { return name_; }
  GraphBuilder& builder() { return builder_; }

  int input_count() const { return static_cast<int>(inputs_.size()); }
  /// kAbsent when not given.
  ValueId optional_input(int index) const;
  /// Throws Error when not given.
  ValueId input(int index) const;
  const TensorType& type(int index) const { return builder_.type(input(index)); }
  const Shape& shape(int index) const { return type(index).shape; }
  int rank(int index) const { return shape(index).rank(); }

  /// The integers (any integer type) of a constant input; throws Error when it is not constant.
  std::vector<int64_t> constant_ints(int index) const;
  std::vector<double> constant_floats(int index) const;
  double constant_scalar(int index) const;

  /// `axis` in [-rank, rank) as a non-negative index; throws Error otherwise.
  static int64_t normalize_axis(int64_t axis, int64_t rank);

  /// Adds a helper node in front of or behind the main one: `suffix` is appended to the node's name.
  template <class T>
  ValueId helper(T op, const std::vector<ValueId>& inputs, const std::string& suffix) {
    return builder_.make(std::move(op), inputs, name_ + suffix);
  }
  ValueId constant(Tensor tensor, const char* suffix) { return builder_.constant(name_ + suffix, std::move(tensor)); }
  /// A scalar constant of the type, `value` rounded to it.
  ValueId scalar(DType dtype, double value, const char* suffix);

 private:
  const Tensor& constant_input(int index) const;

  GraphBuilder& builder_;
  std::vector<ValueId> inputs_;
  std::string name_;
};

}  // namespace convoy
