#include "ops/reduce.h"

#include <numeric>

#include "ops/checks.h"
#include "ops/lanes.h"

namespace convoy {
namespace {

bool needs_floats(ReduceKind kind) {
  return kind == ReduceKind::l2 || kind == ReduceKind::log_sum || kind == ReduceKind::log_sum_exp;
}

}  // namespace

std::vector<int> Reduce::reduced_axes(int rank) const {
  if (!axes.empty()) return resolve_axes(axes, rank);
  std::vector<int> all(rank);
  std::iota(all.begin(), all.end(), 0);
  return all;
}

std::vector<TensorType> Reduce::infer(const InputTypes& inputs) const {
  expect_inputs(inputs, 1);
  const TensorType& src = *inputs[0];
  if (needs_floats(kind)) expect_float(src, "src");
  const bool takes_booleans = kind == ReduceKind::max || kind == ReduceKind::min;
  if (src.dtype == DType::boolean && !takes_booleans) invalid_input("src is {}, expected numbers", src.str());
  const std::vector<int> reduced = reduced_axes(src.shape.rank());
  if (kind == ReduceKind::mean && is_integer(src.dtype)) {
    for (int axis : reduced) {
      if (src.shape[axis] == 0) invalid_input("src is {}, the mean of no integers is undefined", src.str());
    }
  }
  if (widen && (kind != ReduceKind::sum || (src.dtype != DType::i8 && src.dtype != DType::u8))) {
    invalid_input("{} of {}: only sums of i8 and u8 are widened", enum_word(kind), src.str());
  }
  return {{widen ? DType::i32 : src.dtype, reduced_shape(src.shape, reduced, keepdims)}};
}

Region Reduce::input_region(int index, const Region& output, const InputTypes& inputs) const {
  const Shape& shape = inputs[0]->shape;
  return reduced_region(shape, output, reduced_axes(shape.rank()), keepdims);
}

}  // namespace convoy
