#include "ops/slice.h"

#include <algorithm>
#include <cstdlib>

#include "ops/attribute_checks.h"
#include "ops/checks.h"
#include "ops/copy.h"
#include "ops/region.h"

namespace convoy {
namespace {

/// Whether begin, begin + step, ... (`size` of them) lie inside [0, extent), without overflow.
bool fits(int64_t begin, int64_t size, int64_t step, int64_t extent) {
  if (size == 0) return true;
  if (begin < 0 || begin >= extent) return false;
  const int64_t room = step > 0 ? extent - 1 - begin : begin;
  return size == 1 || (step != INT64_MIN && room / std::abs(step) >= size - 1);
}

}  // namespace

Slice Slice::whole(const Shape& shape) {
  Slice slice;
  slice.begin.assign(shape.rank(), 0);
  slice.size = shape.dims();
  slice.step.assign(shape.rank(), 1);
  return slice;
}

std::vector<TensorType> Slice::infer(const InputTypes& inputs) const {
  expect_inputs(inputs, 1);
  const TensorType& src = *inputs[0];
  const int rank = src.shape.rank();
  expect_count(begin, rank, "begin");
  expect_count(size, rank, "size");
  expect_count(step, rank, "step");
  for (int axis = 0; axis < rank; ++axis) {
    const int64_t extent = src.shape[axis];
    expect_range(size[axis], 0, extent, "size");
    if (step[axis] == 0) invalid_input("step along axis {} is 0", axis);
    if (!fits(begin[axis], size[axis], step[axis], extent)) {
      invalid_input("{} elements from {} in steps of {} along axis {} do not lie inside src {}", size[axis],
                    begin[axis], step[axis], axis, src.str());
    }
  }
  return {{src.dtype, Shape(size)}};
}

void Slice::reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const {
  if (outputs[0].elems() == 0) return;
  const std::vector<int64_t> strides = inputs[0]->shape().strides();
  StridedView view;
  for (size_t axis = 0; axis < strides.size(); ++axis) {
    view.offset += begin[axis] * strides[axis];
    view.strides.push_back(size[axis] == 1 ? 0 : step[axis] * strides[axis]);
  }
  copy_strided(Shape(size), *inputs[0], view, outputs[0]);
}

Region Slice::input_region(int index, const Region& output, const InputTypes& inputs) const {
  Region region = output;
  for (int axis = 0; axis < static_cast<int>(size.size()); ++axis) {
    const Range out = range_of(output, axis);
    if (out.empty()) {
      set_range(region, axis, {0, 0});
      continue;
    }
    const int64_t first = begin[axis] + out.begin * step[axis];
    const int64_t last = out.end - out.begin == 1 ? first : begin[axis] + (out.end - 1) * step[axis];
    set_range(region, axis, {std::min(first, last), std::max(first, last) + 1});
  }
  return region;
}

}  // namespace convoy
