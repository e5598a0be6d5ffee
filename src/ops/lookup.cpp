#include "ops/lookup.h"

#include "ops/checks.h"
#include "support/dtypes.h"
#include "support/error.h"

namespace convoy {

std::vector<TensorType> Lookup::infer(const InputTypes& inputs) const {
  expect_inputs(inputs, 2);
  const TensorType &src = *inputs[0], &table = *inputs[1];
  if (src.dtype != DType::i8) expect_dtype(src, DType::u8, "src");
  if (table.shape != Shape{256}) invalid_input("table is {}, expected 256 elements", table.str());
  return {{table.dtype, src.shape}};
}

void Lookup::reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const {
  const Tensor &src = *inputs[0], &table = *inputs[1];
  // An i8 counts from -128: its bits with the first one turned around count from 0.
  const int turned = src.dtype() == DType::i8 ? 0x80 : 0;
  visit_elems_of_size(size_of(table.dtype()), [&]<class T>() {
    for (int64_t i = 0; i < src.elems(); ++i) {
      outputs[0].as<T>()[i] = table.as<T>()[src.as<uint8_t>()[i] ^ turned];
    }
  });
}

Region Lookup::input_region(int index, const Region& output, const InputTypes& inputs) const {
  return index == 0 ? output : Region::whole(inputs[1]->shape);
}

}  // namespace convoy
