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

}  // namespace convoy
