#include "frontends/imported_node.h"

#include "frontends/tensor_data.h"
#include "support/arithmetic.h"
#include "support/dtypes.h"

namespace convoy {

ValueId ImportedNode::optional_input(int index) const {
  return index < input_count() ? inputs_[index] : kAbsent;
}

ValueId ImportedNode::input(int index) const {
  const ValueId id = optional_input(index);
  if (id == kAbsent) invalid_input("input {} is missing", index);
  return id;
}

const Tensor& ImportedNode::constant_input(int index) const {
  const ValueId id = input(index);
  const Tensor* constant = builder_.constant_of(id);
  if (!constant) {
    unsupported("input {} ('{}') must be a constant, it is computed when the network runs", index,
                builder_.graph().value(id).name);
  }
  return *constant;
}

std::vector<int64_t> ImportedNode::constant_ints(int index) const {
  const Tensor& tensor = constant_input(index);
  if (!is_integer(tensor.dtype())) {
    invalid_input("input {} is {}, expected integers", index, tensor.type().str());
  }
  return ints_of(tensor);
}

std::vector<double> ImportedNode::constant_floats(int index) const {
  return floats_of(constant_input(index));
}

double ImportedNode::constant_scalar(int index) const {
  const std::vector<double> values = constant_floats(index);
  if (values.size() != 1) invalid_input("input {} is {}, expected one element", index, type(index).str());
  return values[0];
}

int64_t ImportedNode::normalize_axis(int64_t axis, int64_t rank) {
  if (axis < -rank || axis >= rank) invalid_input("axis {} is out of range for rank {}", axis, rank);
  return axis < 0 ? axis + rank : axis;
}

ValueId ImportedNode::scalar(DType dtype, double value, const char* suffix) {
  Tensor tensor(dtype, Shape{});
  visit_dtype(dtype, [&]<class T>() { *tensor.as<T>() = convert_to<T>(value); });
  return constant(std::move(tensor), suffix);
}

}  // namespace convoy
