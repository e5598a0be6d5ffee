// TILE and BROADCAST_TO, and the operators whose results are known here: SHAPE, RANK, FILL, ZEROS_LIKE, RANGE.
#include <cmath>

#include "frontends/tflite/importers.h"
#include "ops/elementwise.h"
#include "ops/expand.h"
#include "ops/tile.h"
#include "support/arithmetic.h"
#include "support/dtypes.h"

namespace convoy::tflite_frontend {
namespace {

constexpr double kMaxRangeElems = 1 << 24;

ValueId repeated(NodeImport& node, ValueId element, Shape shape) {
  Expand op;
  op.shape = std::move(shape);
  return node.add(std::move(op), {element});
}

/// Integers as a constant of the type that the node's output has.
ValueId known(NodeImport& node, const std::vector<int64_t>& values, const Shape& shape) {
  Tensor tensor(node.output_dtype(0), shape);
  visit_dtype(tensor.dtype(), [&]<class T>() {
    for (size_t i = 0; i < values.size(); ++i) tensor.as<T>()[i] = convert_to<T>(values[i]);
  });
  return node.constant(std::move(tensor), "/out");
}

}  // namespace

std::vector<ValueId> import_tile(NodeImport& node) {
  Tile op;
  op.repeats = node.constant_ints(1);
  return {node.add(std::move(op), {node.input(0)})};
}

std::vector<ValueId> import_broadcast_to(NodeImport& node) {
  return {repeated(node, node.input(0), Shape(node.constant_ints(1)))};
}

std::vector<ValueId> import_shape(NodeImport& node) {
  return {known(node, node.shape(0).dims(), {node.rank(0)})};
}

std::vector<ValueId> import_rank(NodeImport& node) {
  return {known(node, {node.rank(0)}, {})};
}

std::vector<ValueId> import_fill(NodeImport& node) {
  return {repeated(node, node.input(1), Shape(node.constant_ints(0)))};
}

std::vector<ValueId> import_zeros_like(NodeImport& node) {
  return {repeated(node, node.scalar(node.type(0).dtype, 0, "/zero"), node.shape(0))};
}

std::vector<ValueId> import_range(NodeImport& node) {
  const double start = node.constant_scalar(0), delta = node.constant_scalar(2);
  if (delta == 0) invalid_input("its step is 0");
  const double elems = std::ceil((node.constant_scalar(1) - start) / delta);
  if (!(elems <= kMaxRangeElems)) unsupported("a range of {} elements is too long", elems);
  const TensorType type{node.type(0).dtype, Shape{static_cast<int64_t>(std::max(elems, 0.0))}};
  node.builder().charge_for_constant(type);
  Tensor range(type);
  visit_dtype(range.dtype(), [&]<class T>() {
    for (int64_t i = 0; i < range.elems(); ++i)
      range.as<T>()[i] = convert_to<T>(start + static_cast<double>(i) * delta);
  });
  return {node.constant(std::move(range), "/out")};
}

}  // namespace convoy::tflite_frontend
