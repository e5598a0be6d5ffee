#include "ops/index.h"
#include "ops/where.h"

namespace convoy {

void Where::reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const {
  const Shape& shape = outputs[0].shape();
  const std::array strides{broadcast_strides(inputs[0]->shape(), shape), broadcast_strides(inputs[1]->shape(), shape),
                           broadcast_strides(inputs[2]->shape(), shape)};
  const bool* condition = inputs[0]->as<bool>();
  visit_elems_of_size(size_of(outputs[0].dtype()), [&]<class T>() {
    const T *on_true = inputs[1]->as<T>(), *on_false = inputs[2]->as<T>();
    T* dst = outputs[0].as<T>();
    for_each_offset<3>(shape, strides, [&](int64_t i, const std::array<int64_t, 3>& offsets) {
      dst[i] = condition[offsets[0]] ? on_true[offsets[1]] : on_false[offsets[2]];
    });
  });
}

}  // namespace convoy
