#include "ops/lookup.h"

#include <limits>

#include "ops/checks.h"
#include "support/dtypes.h"
#include "support/error.h"

namespace convoy {

namespace {

template <class Src>
void look_up(const Tensor& src, const Tensor& table, Tensor& dst) {
  visit_elems_of_size(size_of(table.dtype()), [&]<class T>() {
    // Where the number 0 stands.
    const T* of_zero = table.as<T>() - std::numeric_limits<Src>::min();
    for (int64_t i = 0; i < src.elems(); ++i) dst.as<T>()[i] = of_zero[src.as<Src>()[i]];
  });
}

}  // namespace

std::vector<TensorType> Lookup::infer(const InputTypes& inputs) const {
  expect_inputs(inputs, 2);
  const TensorType &src = *inputs[0], &table = *inputs[1];
  if (src.dtype != DType::i8 && src.dtype != DType::i16) expect_dtype(src, DType::u8, "src");
  const int64_t elems = src.dtype == DType::i16 ? 65536 : 256;
  if (table.shape != Shape{elems}) invalid_input("table is {}, expected {} elements", table.str(), elems);
  return {{table.dtype, src.shape}};
}

void Lookup::reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const {
  const Tensor &src = *inputs[0], &table = *inputs[1];
  if (src.dtype() == DType::i16) return look_up<int16_t>(src, table, outputs[0]);
  if (src.dtype() == DType::i8) return look_up<int8_t>(src, table, outputs[0]);
  look_up<uint8_t>(src, table, outputs[0]);
}

Region Lookup::input_region(int index, const Region& output, const InputTypes& inputs) const {
  return index == 0 ? output : Region::whole(inputs[1]->shape);
}

}  // namespace convoy
