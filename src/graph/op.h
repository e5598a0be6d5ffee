// The interface every operator implements. An operator is an immutable, typed struct: attributes as
// fields, its type rule, its meaning as plain loops, and the input region that an output region needs.
#pragma once

#include <convoy/tensor.h>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "graph/attributes.h"

namespace convoy {

/// Types of a node's inputs; an absent optional input is a null pointer.
using InputTypes = std::vector<const TensorType*>;

/// Half-open range of indices per axis: begin <= index < end.
struct Region {
  std::vector<int64_t> begin, end;

  static Region whole(const Shape& shape) { return {std::vector<int64_t>(shape.rank(), 0), shape.dims()}; }
  bool operator==(const Region&) const = default;
};

class Op {
 public:
  virtual ~Op() = default;

  /// The operator's name in text forms, options and tables: "conv2d".
  virtual std::string name() const = 0;
  /// Checks the inputs (count, dtypes, shapes, attributes) and gives the outputs' types.
  /// Throws Error with what was expected and found; the caller adds the node's name.
  virtual std::vector<TensorType> infer(const InputTypes& inputs) const = 0;
  /// Computes the outputs with plain loops: the meaning of the operator. `outputs` are allocated with
  /// the inferred types. An absent optional input is a null pointer. f32 sums accumulate in double.
  virtual void reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const = 0;
  /// The part of input `index` that `output` (a region of output 0) depends on, clipped to the input.
  /// The default says: all of it.
  virtual Region input_region(int index, const Region& output, const InputTypes& inputs) const;
  /// Multiply-accumulates for these types (convolutions, matrix products); 0 for everything else.
  virtual int64_t macs(const InputTypes& inputs, const std::vector<TensorType>& outputs) const;
  /// About how many steps the loops of `reference` take for these types. The default: an element read or written, or a
  /// multiply-accumulate, is a step.
  virtual int64_t reference_steps(const InputTypes& inputs, const std::vector<TensorType>& outputs) const;

  /// False for an operator that must stay in the graph even where all its inputs are constant.
  virtual bool folds_constants() const { return true; }

  /// Attributes as text, " strides=[2,2] group=1" ("" when none): parses back with read_attributes.
  virtual std::string attributes() const = 0;
  virtual void read_attributes(const AttributeMap& attributes) = 0;
};

using OpPtr = std::shared_ptr<const Op>;

/// Implements the text form of the attributes from one list of the fields:
///   template <class V> void fields(V& v) { v("strides", strides); v("group", group); }
/// and `static constexpr const char* kName`.
template <class Derived>
class OpBase : public Op {
 public:
  std::string name() const override { return Derived::kName; }
  std::string attributes() const override {
    AttributeWriter writer;
    const_cast<Derived&>(static_cast<const Derived&>(*this)).fields(writer);
    return writer.text();
  }
  void read_attributes(const AttributeMap& attributes) override {
    AttributeReader reader(attributes);
    static_cast<Derived&>(*this).fields(reader);
    reader.finish();
  }
};

/// `op` as a T, or null when it is another operator.
template <class T>
const T* op_cast(const Op& op) {
  return dynamic_cast<const T*>(&op);
}

/// A default-constructed operator by its text name ("conv2d"), or null. The table is in ops/registry.cpp.
std::unique_ptr<Op> make_op(std::string_view name);
/// All operator names, sorted.
std::vector<std::string> op_names();

}  // namespace convoy
