// GATHER, GATHER_ND, EMBEDDING_LOOKUP and ONE_HOT: what indices pick.
#include "ops/gather.h"

#include "frontends/simple_ops.h"
#include "frontends/tflite/importers.h"
#include "ops/attribute_checks.h"
#include "ops/reduce.h"
#include "ops/where.h"

namespace convoy::tflite_frontend {
namespace {

int64_t elems_of(const std::vector<int64_t>& dims, size_t begin, size_t end) {
  int64_t elems = 1;
  for (size_t i = begin; i < end; ++i) elems = checked_multiply(elems, dims[i]);
  return elems;
}

ValueId rows(NodeImport& node, ValueId table, ValueId indices) {
  return node.add(Gather(), {table, indices});
}

ValueId wide_indices(NodeImport& node, int input) {
  return node.helper(cast_to(DType::i64), {node.input(input)}, "/indices");
}

/// `table` with its first `count` axes as one.
ValueId flattened(NodeImport& node, ValueId table, size_t count) {
  const std::vector<int64_t> dims = node.builder().type(table).shape.dims();
  std::vector<int64_t> flat = {elems_of(dims, 0, count)};
  flat.insert(flat.end(), dims.begin() + static_cast<int64_t>(count), dims.end());
  return node.helper(reshape_to(Shape(flat)), {table}, "/table");
}

/// `axis` of `rank` axes moved to `place`; backwards, what undoes it.
std::vector<int64_t> moved_axis(int64_t rank, int64_t axis, int64_t place) {
  std::vector<int64_t> order;
  for (int64_t i = 0; i < rank; ++i) {
    if (i != axis) order.push_back(i);
  }
  order.insert(order.begin() + place, axis);
  return order;
}

/// Indices of each image of the first `batches` axes pick from that image: its place among all is added to them.
ValueId indices_of_batches(NodeImport& node, int64_t batches, int64_t extent) {
  std::vector<int64_t> dims = node.shape(1).dims();
  for (size_t i = batches; i < dims.size(); ++i) dims[i] = 1;
  const TensorType type{DType::i64, Shape(dims)};
  node.builder().charge_for_constant(type);
  Tensor offsets(type);
  for (int64_t i = 0; i < offsets.elems(); ++i) offsets.as<int64_t>()[i] = i * extent;
  const ValueId first = node.constant(std::move(offsets), "/offsets");
  return node.helper(binary(BinaryKind::add), {wide_indices(node, 1), first}, "/places");
}

/// The gathered axes stand behind the batches; their place is that of `axis`.
std::vector<ValueId> gather_in_batches(NodeImport& node, int64_t axis, int64_t batches) {
  const Shape src = node.shape(0), indices = node.shape(1);
  for (int i = 0; i < batches; ++i) {
    if (src[i] != indices[i]) invalid_input("src {} and indices {} differ in batches", src.str(), indices.str());
  }
  const int64_t picked = indices.rank() - batches, extent = src[static_cast<int>(axis)];
  const ValueId moved = node.helper(transpose_to(moved_axis(src.rank(), axis, batches)), {node.input(0)}, "/moved");
  const ValueId table = flattened(node, moved, static_cast<size_t>(batches) + 1);
  const ValueId found = rows(node, table, indices_of_batches(node, batches, extent));
  std::vector<int64_t> order;
  const int64_t rank = src.rank() - 1 + picked;
  const auto append = [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) order.push_back(i);
  };
  append(0, batches);
  append(batches + picked, picked + axis);
  append(batches, batches + picked);
  append(picked + axis, rank);
  return {node.helper(transpose_to(order), {found}, "/order")};
}

}  // namespace

std::vector<ValueId> import_gather(NodeImport& node) {
  const auto& options = node.options<tflite::GatherOptions>();
  const int64_t axis = ImportedNode::normalize_axis(options.axis(), node.rank(0));
  const int64_t batches = options.batch_dims() < 0 ? options.batch_dims() + node.rank(1) : options.batch_dims();
  expect_range(batches, 0, std::min<int64_t>(axis, node.rank(1)), "batch_dims");
  if (batches > 0) return gather_in_batches(node, axis, batches);
  Gather op;
  op.axis = axis;
  return {node.add(op, {node.input(0), node.input(1)})};
}

/// Indices are tuples, which stand along the last axis.
std::vector<ValueId> import_gather_nd(NodeImport& node) {
  const Shape src = node.shape(0), indices = node.shape(1);
  const int64_t count = indices.rank() == 0 ? 0 : indices[indices.rank() - 1];
  expect_range(count, 1, src.rank(), "indices of a tuple");
  Tensor strides(DType::i64, Shape{count});
  for (int64_t i = 0; i < count; ++i) strides.as<int64_t>()[i] = elems_of(src.dims(), i + 1, count);
  const ValueId stride = node.constant(std::move(strides), "/strides");
  const ValueId parts = node.helper(binary(BinaryKind::mul), {wide_indices(node, 1), stride}, "/parts");
  Reduce sum;
  sum.axes = {indices.rank() - 1};
  sum.keepdims = false;
  const ValueId places = node.helper(std::move(sum), {parts}, "/places");
  return {rows(node, flattened(node, node.input(0), count), places)};
}

std::vector<ValueId> import_embedding_lookup(NodeImport& node) {
  return {rows(node, node.input(1), node.input(0))};
}

/// A new axis, along which the element that an index names is `on`, and others are `off`.
std::vector<ValueId> import_one_hot(NodeImport& node) {
  const std::vector<int64_t> depth = node.constant_ints(1);
  expect_count(depth, 1, "depth");
  expect_range(depth[0], 0, kMaxExtent, "depth");
  const int rank = node.rank(0);
  const int64_t given = node.options<tflite::OneHotOptions>().axis();
  const int64_t axis = given == -1 ? rank : ImportedNode::normalize_axis(given, rank + 1);
  std::vector<int64_t> dims = node.shape(0).dims(), along(rank + 1, 1);
  dims.insert(dims.begin() + axis, 1);
  along[axis] = depth[0];
  const TensorType type{DType::i64, Shape(along)};
  node.builder().charge_for_constant(type);
  Tensor numbers(type);
  for (int64_t i = 0; i < depth[0]; ++i) numbers.as<int64_t>()[i] = i;
  const ValueId indices = node.helper(reshape_to(Shape(dims)), {wide_indices(node, 0)}, "/axis");
  const ValueId all = node.constant(std::move(numbers), "/numbers");
  const ValueId named = node.helper(binary(BinaryKind::equal), {indices, all}, "/equal");
  return {node.add(Where(), {named, node.input(2), node.input(3)})};
}

}  // namespace convoy::tflite_frontend
