// Checks an implementation of a group against the operators' reference loops: every ISA of this machine,
// inputs and outputs in every arrangement the implementation accepts, stored as f32 and as bf16, task spaces divided
// unevenly.
//
//   check(conv2d_direct(), [](CaseBuilder& b) {
//     ValueId src = b.input(Shape{1, 3, 17, 9}), weights = b.constant(Shape{8, 3, 3, 3});
//     ValueId dst = b.add(Conv2d{}, {src, weights});   // the first node added is the group's anchor
//     return b.add(relu(), {dst});                     // the others its epilogue
//   }, {.terms = 27});
#pragma once

#include <functional>
#include <random>
#include <string>
#include <vector>

#include "impls/impl.h"
#include "ops/elementwise.h"

namespace convoy {

/// Random values of inputs and constants are evenly distributed over this range.
struct ValueRange {
  double low = -1, high = 1;
};

/// Builds the graph of one group: the first node added is the anchor.
class CaseBuilder {
 public:
  explicit CaseBuilder(uint64_t seed) : random_(seed) {}

  ValueId input(const Shape& shape, ValueRange range = {});
  ValueId input(Tensor values);
  ValueId constant(const Shape& shape, ValueRange range = {});
  ValueId constant(Tensor values);
  /// The first output of a node.
  template <class T>
  ValueId add(T op, const std::vector<ValueId>& inputs) {
    return add_node(std::make_shared<T>(std::move(op)), inputs);
  }
  ValueId add_node(OpPtr op, const std::vector<ValueId>& inputs);

  /// The graph, whose only group computes `output`, and its inputs' values.
  GroupedGraph finish(ValueId output) &&;
  const std::vector<Tensor>& input_values() const { return input_values_; }

 private:
  Tensor random_tensor(const Shape& shape, ValueRange range);

  std::mt19937_64 random_;
  GraphBuilder builder_;
  std::vector<Tensor> input_values_;
  std::vector<ValueId> added_;
};

using BuildCase = std::function<ValueId(CaseBuilder&)>;

/// How far results may be from the reference's:
///   |found - expected| <= 2^-24 * (2 * ulps * |expected| + terms * scale) + 2^-125,
/// and where the result is stored as bf16 by 2^-7 * |expected| more: two roundings.
struct Tolerance {
  double ulps = 4;
  double terms = 1;  ///< length of the sum that each output element is
  double scale = 1;  ///< largest magnitude of a term
};

/// Reports a GoogleTest failure, naming the case, for each arrangement and ISA that goes wrong.
void check(const Impl& impl, const BuildCase& build, Tolerance tolerance = {});

/// The same, for the instruction sets that the implementation accepts the case on.
void check_where_accepted(const Impl& impl, const BuildCase& build, Tolerance tolerance = {});

/// The same for an implementation that needs bf16 inputs and dot products of bf16 pairs; nothing where the machine has
/// none.
void check_pairs(const Impl& impl, const BuildCase& build, Tolerance tolerance = {});

/// What the implementation says about the case for the best ISA with row-major inputs.
Proposal proposal_for(const Impl& impl, const BuildCase& build);

/// "conv2d(1x3x17x9, 8x3x3x3) strides=[1,1] ... + relu(...)".
std::string case_text(const GroupedGraph& grouped);

}  // namespace convoy
