#include "ops/reshape.h"

#include <cstring>

#include "ops/checks.h"
#include "ops/region.h"

namespace convoy {
namespace {

/// Axes [begin, end) of one shape.
struct Axes {
  int begin = 0, end = 0;
};

int64_t product(const Shape& shape, const Axes& axes) {
  int64_t elems = 1;
  for (int axis = axes.begin; axis < axes.end; ++axis) elems *= shape[axis];
  return elems;
}

/// Takes the shortest runs of axes of `a` and `b` from where `from_a` and `from_b` end that have equally many
/// elements. Neither shape has an extent of 0.
void next_run(const Shape& a, const Shape& b, Axes& from_a, Axes& from_b) {
  from_a = {from_a.end, from_a.end};
  from_b = {from_b.end, from_b.end};
  while (from_a.end < a.rank() || from_b.end < b.rank()) {
    const int64_t elems_a = product(a, from_a), elems_b = product(b, from_b);
    if (elems_a == elems_b && elems_a > 1) return;
    if (from_b.end == b.rank() || (elems_a <= elems_b && from_a.end < a.rank())) {
      ++from_a.end;
    } else {
      ++from_b.end;
    }
  }
}

/// First and last element (row-major) of a region of some axes.
Range linear_range(const Shape& shape, const Axes& axes, const Region& region) {
  int64_t first = 0, last = 0;
  for (int axis = axes.begin; axis < axes.end; ++axis) {
    first = first * shape[axis] + region.begin[axis];
    last = last * shape[axis] + region.end[axis] - 1;
  }
  return {first, last + 1};
}

/// The region of some axes that holds the elements of a row-major range: one index along the outer axes as long
/// as first and last element agree, then a range, then everything.
void set_linear_range(const Shape& shape, const Axes& axes, const Range& range, Region& region) {
  int64_t first = range.begin, last = range.end - 1, inner = product(shape, axes);
  bool together = true;
  for (int axis = axes.begin; axis < axes.end; ++axis) {
    inner /= shape[axis];
    const Range part{first / inner, last / inner + 1};
    set_range(region, axis, together ? part : Range{0, shape[axis]});
    together = together && part.end - part.begin == 1;
    first %= inner;
    last %= inner;
  }
}

bool is_empty(const Region& region) {
  for (size_t axis = 0; axis < region.begin.size(); ++axis) {
    if (region.begin[axis] >= region.end[axis]) return true;
  }
  return false;
}

}  // namespace

std::vector<TensorType> Reshape::infer(const InputTypes& inputs) const {
  expect_inputs(inputs, 1);
  const TensorType& src = *inputs[0];
  if (src.shape.elems() != shape.elems()) {
    invalid_input("src {} has {} elements, but shape {} has {}", src.str(), src.shape.elems(), shape.str(),
                  shape.elems());
  }
  return {{src.dtype, shape}};
}

void Reshape::reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const {
  std::memcpy(outputs[0].data(), inputs[0]->data(), inputs[0]->bytes());
}

Region Reshape::input_region(int index, const Region& output, const InputTypes& inputs) const {
  const Shape& src = inputs[0]->shape;
  if (is_empty(output)) return empty_region(src);
  Region region = Region::whole(src);
  Axes in, out;
  while (in.end < src.rank() || out.end < shape.rank()) {
    next_run(src, shape, in, out);
    set_linear_range(src, in, linear_range(shape, out, output), region);
  }
  return region;
}

}  // namespace convoy
