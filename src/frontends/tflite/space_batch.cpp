// SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND: every block of rows and columns becomes as many smaller images, which lie
// along the batch, and back. What they enclose in dilated convolutions is read as such (dilated_convolutions.h).
#include <algorithm>

#include "frontends/simple_ops.h"
#include "frontends/tflite/importers.h"
#include "frontends/tflite/padding_value.h"
#include "ops/attribute_checks.h"
#include "ops/pad.h"
#include "ops/slice.h"

namespace convoy::tflite_frontend {
namespace {

/// What both operators say about the axes behind the batch: the blocks, and elements added or removed at the ends.
struct Blocks {
  std::vector<int64_t> extents, begin, end;
};

Blocks read_blocks(const NodeImport& node) {
  Blocks blocks;
  blocks.extents = node.constant_ints(1);
  const std::vector<int64_t> ends = node.constant_ints(2);
  expect_count(ends, 2 * blocks.extents.size(), "elements at the ends");
  expect_range(static_cast<int64_t>(blocks.extents.size()), 1, node.rank(0) - 1, "number of block extents");
  for (int64_t extent : blocks.extents) expect_range(extent, 1, kMaxExtent, "block extent");
  for (size_t i = 0; i < ends.size(); ++i) {
    expect_range(ends[i], 0, kMaxExtent, "elements at an end");
    (i % 2 ? blocks.end : blocks.begin).push_back(ends[i]);
  }
  return blocks;
}

/// With the batch and the other axes, to which nothing is added.
std::vector<int64_t> for_all_axes(const std::vector<int64_t>& ends, int rank) {
  std::vector<int64_t> all(rank, 0);
  std::copy(ends.begin(), ends.end(), all.begin() + 1);
  return all;
}

int64_t product(const std::vector<int64_t>& extents) {
  int64_t result = 1;
  for (int64_t extent : extents) result = checked_multiply(result, extent);
  return result;
}

}  // namespace

/// N, H, W, ... -> N, H / b, b, W / b, b, ... -> b, b, N, H / b, W / b, ...
std::vector<ValueId> import_space_to_batch(NodeImport& node) {
  const Blocks blocks = read_blocks(node);
  const auto count = static_cast<int64_t>(blocks.extents.size());
  Pad pad;
  pad.begin = for_all_axes(blocks.begin, node.rank(0));
  pad.end = for_all_axes(blocks.end, node.rank(0));
  pad.value = padding_value(node);
  const ValueId padded = node.helper(std::move(pad), {node.input(0)}, "/pad");
  const Shape shape = node.builder().type(padded).shape;
  std::vector<int64_t> split = {shape[0]}, order, dims = {checked_multiply(shape[0], product(blocks.extents))};
  for (int64_t i = 0; i < count; ++i) order.push_back(2 + 2 * i);
  order.push_back(0);
  for (int axis = 1; axis < shape.rank(); ++axis) {
    const bool blocked = axis <= count;
    const int64_t extent = blocked ? blocks.extents[axis - 1] : 1;
    if (shape[axis] % extent != 0) {
      invalid_input("axis {} of padded src {} is no multiple of block {}", axis, shape.str(), extent);
    }
    order.push_back(static_cast<int64_t>(split.size()));
    split.push_back(shape[axis] / extent);
    dims.push_back(shape[axis] / extent);
    if (blocked) split.push_back(extent);
  }
  const ValueId parts = node.helper(reshape_to(Shape(split)), {padded}, "/blocks");
  const ValueId sorted = node.helper(transpose_to(order), {parts}, "/transpose");
  return {node.add(reshape_to(Shape(dims)), {sorted})};
}

/// b * b * N, H, W, ... -> b, b, N, H, W, ... -> N, H, b, W, b, ... -> N, H * b, W * b, ...
std::vector<ValueId> import_batch_to_space(NodeImport& node) {
  const Blocks blocks = read_blocks(node);
  const Shape shape = node.shape(0);
  const auto count = static_cast<int64_t>(blocks.extents.size());
  const int64_t images = product(blocks.extents);
  if (shape[0] % images != 0) invalid_input("the batch of src {} is no multiple of {} blocks", shape.str(), images);
  std::vector<int64_t> split = blocks.extents, order = {count}, dims = {shape[0] / images};
  split.push_back(shape[0] / images);
  for (int axis = 1; axis < shape.rank(); ++axis) {
    const bool blocked = axis <= count;
    split.push_back(shape[axis]);
    order.push_back(count + axis);
    if (blocked) order.push_back(axis - 1);
    dims.push_back(checked_multiply(shape[axis], blocked ? blocks.extents[axis - 1] : 1));
  }
  const ValueId parts = node.helper(reshape_to(Shape(split)), {node.input(0)}, "/blocks");
  const ValueId sorted = node.helper(transpose_to(order), {parts}, "/transpose");
  const ValueId whole = node.helper(reshape_to(Shape(dims)), {sorted}, "/whole");
  Slice crop = Slice::whole(Shape(dims));
  for (int64_t i = 0; i < count; ++i) {
    const int64_t left = dims[1 + i] - blocks.begin[i] - blocks.end[i];
    if (left < 0) invalid_input("crops leave nothing of axis {} of {}", 1 + i, Shape(dims).str());
    crop.begin[1 + i] = blocks.begin[i];
    crop.size[1 + i] = left;
  }
  return {node.add(std::move(crop), {whole})};
}

}  // namespace convoy::tflite_frontend
