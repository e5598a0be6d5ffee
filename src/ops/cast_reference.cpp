#include "ops/cast.h"
#include "support/arithmetic.h"
#include "support/dtypes.h"

namespace convoy {

void Cast::reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const {
  visit_dtype(inputs[0]->dtype(), [&]<class From>() {
    visit_dtype(to, [&]<class To>() {
      const From* src = inputs[0]->as<From>();
      To* dst = outputs[0].as<To>();
      for (int64_t i = 0; i < outputs[0].elems(); ++i) dst[i] = convert_to<To>(src[i]);
    });
  });
}

Tensor cast_to(const Tensor& values, DType dtype) {
  if (values.dtype() == dtype) return values;
  Cast cast;
  cast.to = dtype;
  Tensor result(dtype, values.shape());
  const Tensor* inputs[] = {&values};
  cast.reference(inputs, {&result, 1});
  return result;
}

}  // namespace convoy
