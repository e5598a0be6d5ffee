#include "ops/quantized_softmax.h"

#include <algorithm>
#include <cmath>

#include "ops/attribute_checks.h"
#include "ops/checks.h"
#include "ops/lanes.h"

namespace convoy {

QuantizedSoftmax quantized_softmax(double scale, Rounding rounding) {
  constexpr int kFractionBits = 26;
  // Larger ones make every difference as small as the smallest that counts.
  const double most = std::ldexp(1.0, rounding == Rounding::once ? 30 : 31) - 1;
  const double factor = std::min(std::ldexp(scale, kFractionBits), most);
  if (!(factor > 1)) invalid_input("the scale {} of its input is not above 2^-26", scale);
  // A shift of 31 is more than other factors may have.
  FixedPoint number = fixed_point(factor / 2);
  ++number.shift;
  QuantizedSoftmax op;
  op.rounding = rounding;
  op.multiplier = number.multiplier;
  op.shift = number.shift;
  op.least = -static_cast<int64_t>(std::floor(std::ldexp(31.0, kFractionBits - number.shift)));
  return op;
}

std::vector<TensorType> QuantizedSoftmax::infer(const InputTypes& inputs) const {
  expect_inputs(inputs, 1);
  const TensorType& src = *inputs[0];
  if (src.dtype != DType::i8) expect_dtype(src, DType::u8, "src");
  if (src.shape.rank() == 0) invalid_input("src is {}, expected an axis", src.str());
  expect_range(multiplier, log ? 1 << 30 : 0, (int64_t{1} << 31) - 1, "multiplier");
  expect_range(shift, 0, rounding == Rounding::once ? 30 : 31, "shift");
  return {src};
}

Region QuantizedSoftmax::input_region(int index, const Region& output, const InputTypes& inputs) const {
  const Shape& shape = inputs[0]->shape;
  return whole_along(output, shape.rank() - 1, shape[shape.rank() - 1]);
}

}  // namespace convoy
