// Comparing the rule input_region with what an operator really reads.
#pragma once

#include <algorithm>
#include <random>
#include <vector>

#include "ops/index.h"
#include "ops/region.h"
#include "support/run_op.h"

namespace convoy {

/// f32 values without pattern, the same on every run.
inline Tensor scattered(const Shape& shape) {
  Tensor tensor(DType::f32, shape);
  std::mt19937 random(static_cast<unsigned>(shape.elems()));
  for (int64_t i = 0; i < tensor.elems(); ++i) tensor.as<float>()[i] = static_cast<float>(random() % 1999) / 100 - 10;
  return tensor;
}

inline std::vector<int64_t> index_at(const Shape& shape, int64_t linear) {
  std::vector<int64_t> index(shape.rank());
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    index[axis] = linear % shape[axis];
    linear /= shape[axis];
  }
  return index;
}

inline bool is_inside(const std::vector<int64_t>& index, const Region& region) {
  for (size_t i = 0; i < index.size(); ++i) {
    if (index[i] < region.begin[i] || index[i] >= region.end[i]) return false;
  }
  return true;
}

inline bool is_empty(const Region& region) {
  for (size_t i = 0; i < region.begin.size(); ++i) {
    if (region.begin[i] >= region.end[i]) return true;
  }
  return false;
}

inline void include(Region& region, const std::vector<int64_t>& index) {
  const bool first = is_empty(region);
  for (size_t i = 0; i < index.size(); ++i) {
    region.begin[i] = first ? index[i] : std::min(region.begin[i], index[i]);
    region.end[i] = first ? index[i] + 1 : std::max(region.end[i], index[i] + 1);
  }
}

/// For each element of input `index`, the elements of output 0 that change when it does.
inline std::vector<std::vector<int64_t>> dependents(const Op& op, const std::vector<Tensor>& inputs, int index) {
  const std::vector<float> before = values_of<float>(run_op(op, inputs)[0]);
  std::vector<std::vector<int64_t>> result;
  for (int64_t i = 0; i < inputs[index].elems(); ++i) {
    std::vector<Tensor> changed = inputs;
    changed[index] = make_tensor(inputs[index].shape(), values_of<float>(inputs[index]));
    changed[index].as<float>()[i] += 1000;
    const std::vector<float> after = values_of<float>(run_op(op, changed)[0]);
    result.emplace_back();
    for (size_t j = 0; j < after.size(); ++j) {
      if (after[j] != before[j]) result.back().push_back(static_cast<int64_t>(j));
    }
  }
  return result;
}

inline Region random_region(const Shape& shape, std::mt19937& random) {
  Region region = Region::whole(shape);
  for (int axis = 0; axis < shape.rank(); ++axis) {
    region.begin[axis] = static_cast<int64_t>(random() % shape[axis]);
    region.end[axis] = region.begin[axis] + 1 + static_cast<int64_t>(random() % (shape[axis] - region.begin[axis]));
  }
  return region;
}

/// Checks input_region for many regions of the output against the smallest region that holds all elements
/// that change it. `exact` false: it may be larger.
inline void expect_region_exact(const Op& op, const std::vector<Tensor>& inputs, int index = 0, bool exact = true) {
  const std::vector<std::vector<int64_t>> changes = dependents(op, inputs, index);
  InputTypes types;
  for (const Tensor& input : inputs) types.push_back(&input.type());
  const Shape out = op.infer(types)[0].shape, in = inputs[index].shape();
  std::mt19937 random(7);
  for (int round = 0; round < 60; ++round) {
    const Region output = round == 0 ? Region::whole(out) : random_region(out, random);
    Region needed = empty_region(in);
    for (size_t i = 0; i < changes.size(); ++i) {
      const bool used = std::any_of(changes[i].begin(), changes[i].end(),
                                    [&](int64_t j) { return is_inside(index_at(out, j), output); });
      if (used) include(needed, index_at(in, static_cast<int64_t>(i)));
    }
    const Region found = op.input_region(index, output, types);
    SCOPED_TRACE(op.name() + op.attributes() + " output " + attribute_text(output.begin) + " to " +
                 attribute_text(output.end));
    if (is_empty(needed)) {
      EXPECT_TRUE(!exact || is_empty(found));
      continue;
    }
    for (size_t axis = 0; axis < needed.begin.size(); ++axis) {
      EXPECT_LE(found.begin[axis], needed.begin[axis]) << "axis " << axis;
      EXPECT_GE(found.end[axis], needed.end[axis]) << "axis " << axis;
    }
    if (exact) {
      EXPECT_EQ(found.begin, needed.begin);
      EXPECT_EQ(found.end, needed.end);
    }
  }
}

}  // namespace convoy
