#include "ops/layer_norm.h"

#include "ops/attribute_checks.h"
#include "ops/channel_norm.h"
#include "ops/checks.h"
#include "ops/float_values.h"
#include "ops/index.h"
#include "ops/region.h"

namespace convoy {
namespace {

Shape axes_from(const Shape& shape, int64_t axis) {
  return Shape(std::vector<int64_t>(shape.begin() + axis, shape.end()));
}

void check_parameter(const TensorType& src, const TensorType* parameter, int64_t axis, const char* what) {
  if (!parameter) return;
  expect_same_dtype(src, *parameter, "src and its parameters");
  const Shape normalized = axes_from(src.shape, axis);
  const int missing = normalized.rank() - parameter->shape.rank();
  bool fits = missing >= 0;
  for (int i = 0; fits && i < parameter->shape.rank(); ++i) {
    fits = parameter->shape[i] == 1 || parameter->shape[i] == normalized[missing + i];
  }
  if (!fits) {
    invalid_input("{} is {}, expected a shape that broadcasts to {}, the axes of src {} from {} on", what,
                  parameter->str(), normalized.str(), src.str(), axis);
  }
}

/// The parameter's value for each element of a normalised slice.
std::vector<double> broadcast(const Tensor* parameter, const Shape& slice, double fallback) {
  std::vector<double> values(slice.elems(), fallback);
  if (!parameter) return values;
  const std::vector<double> given = to_doubles(parameter);
  for_each_offset<1>(slice, {broadcast_strides(parameter->shape(), slice)},
                     [&](int64_t i, const auto& offsets) { values[i] = given[offsets[0]]; });
  return values;
}

}  // namespace

std::vector<TensorType> LayerNorm::infer(const InputTypes& inputs) const {
  expect_inputs(inputs, 2, 3);
  const TensorType& src = *inputs[0];
  expect_float(src, "src");
  expect_axis(axis, src.shape.rank());
  expect_epsilon(epsilon);
  check_parameter(src, inputs[1], axis, "scale");
  if (inputs.size() > 2) check_parameter(src, inputs[2], axis, "bias");
  return {src};
}

void LayerNorm::reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const {
  const Tensor& src = *inputs[0];
  const Shape slice = axes_from(src.shape(), axis);
  const int64_t slice_elems = slice.elems();
  const std::vector<double> scale = broadcast(inputs[1], slice, 1);
  const std::vector<double> bias = broadcast(inputs.size() > 2 ? inputs[2] : nullptr, slice, 0);
  visit_float(src.dtype(), [&]<class T>() {
    T* to = outputs[0].as<T>();
    for (int64_t first = 0; first < src.elems(); first += slice_elems) {
      const T* from = src.as<T>() + first;
      const Moments slice_moments = moments(from, slice_elems, epsilon);
      for (int64_t i = 0; i < slice_elems; ++i) {
        *to++ = convert_to<T>(slice_moments.normalized(static_cast<double>(from[i])) * scale[i] + bias[i]);
      }
    }
  });
}

Region LayerNorm::input_region(int index, const Region& output, const InputTypes& inputs) const {
  if (index > 0) return broadcast_region(inputs[index]->shape, output);
  Region region = Region::whole(inputs[0]->shape);
  for (int64_t i = 0; i < axis; ++i) set_range(region, static_cast<int>(i), range_of(output, static_cast<int>(i)));
  return region;
}

}  // namespace convoy
