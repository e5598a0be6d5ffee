#include "ops/requantize.h"

#include "ops/checks.h"
#include "ops/elementwise.h"
#include "ops/index.h"
#include "support/dtypes.h"

namespace convoy {
namespace {

enum { kSrc, kMultiplier, kShift };

void check_bounds(const Requantize& op) {
  visit_dtype(op.to, [&]<class T>() {
    if constexpr (kIsInteger<T> && sizeof(T) <= 4 && !std::is_same_v<T, uint32_t>) {
      for (int64_t bound : {op.low, op.high}) {
        if (!std::in_range<T>(bound)) invalid_input("the bound {} is no number of {}", bound, to_string(op.to));
      }
    } else {
      invalid_input("the result is {}, expected an integer of at most 32 bits", to_string(op.to));
    }
  });
  if (op.low > op.high) invalid_input("the bounds {} and {} leave nothing", op.low, op.high);
}

}  // namespace

std::vector<TensorType> Requantize::infer(const InputTypes& inputs) const {
  expect_inputs(inputs, 3);
  const TensorType& src = *inputs[kSrc];
  if (src.dtype != DType::i64) expect_dtype(src, DType::i32, "src");
  for (int index : {kMultiplier, kShift}) {
    const char* what = index == kShift ? "shift" : "multiplier";
    expect_dtype(*inputs[index], DType::i32, what);
    if (broadcast_shape(src.shape, inputs[index]->shape) != src.shape) {
      invalid_input("{} is {}, which does not broadcast to src {}", what, inputs[index]->str(), src.str());
    }
  }
  check_bounds(*this);
  return {{to, src.shape}};
}

Region Requantize::input_region(int index, const Region& output, const InputTypes& inputs) const {
  return broadcast_region(inputs[index]->shape, output);
}

}  // namespace convoy
