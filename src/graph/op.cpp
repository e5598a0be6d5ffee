#include "graph/op.h"

#include <algorithm>

namespace convoy {

Region Op::input_region(int index, const Region& output, const InputTypes& inputs) const {
  return Region::whole(inputs[index]->shape);
}

int64_t Op::macs(const InputTypes& inputs, const std::vector<TensorType>& outputs) const {
  return 0;
}

int64_t Op::reference_steps(const InputTypes& inputs, const std::vector<TensorType>& outputs) const {
  int64_t elems = 0;
  for (const TensorType* type : inputs) elems += type ? type->shape.elems() : 0;
  for (const TensorType& type : outputs) elems += type.shape.elems();
  return std::max(elems, macs(inputs, outputs));
}

}  // namespace convoy
