#include "graph/op.h"

namespace convoy {

Region Op::input_region(int index, const Region& output, const InputTypes& inputs) const {
  return Region::whole(inputs[index]->shape);
}

int64_t Op::macs(const InputTypes& inputs, const std::vector<TensorType>& outputs) const {
  return 0;
}

}  // namespace convoy
