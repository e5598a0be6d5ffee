// Reductions along axes, and running sums.
#include "ops/reduce.h"

#include "frontends/simple_ops.h"
#include "frontends/tflite/element_types.h"
#include "frontends/tflite/importers.h"
#include "frontends/tflite/reduced_axes.h"
#include "ops/arg_reduce.h"
#include "ops/cumsum.h"
#include "ops/top_k.h"

namespace convoy::tflite_frontend {
namespace {

using Code = tflite::BuiltinOperator;

ReduceKind kind_of(Code code) {
  switch (code) {
    case Code::MEAN:
      return ReduceKind::mean;
    case Code::REDUCE_MAX:
      return ReduceKind::max;
    case Code::REDUCE_MIN:
      return ReduceKind::min;
    case Code::REDUCE_PROD:
      return ReduceKind::prod;
    default:
      return ReduceKind::sum;
  }
}

int64_t one_int(const NodeImport& node, int index) {
  const std::vector<int64_t> values = node.constant_ints(index);
  if (values.size() != 1) invalid_input("input {} is {}, expected one element", index, node.type(index).str());
  return values[0];
}

/// Indices are i64 in the graph.
ValueId as_declared(NodeImport& node, ValueId indices, int output) {
  const DType dtype = node.output_dtype(output);
  return dtype == DType::i64 ? indices : node.helper(cast_to(dtype), {indices}, "/indices");
}

}  // namespace

std::vector<int64_t> distinct_axes(const NodeImport& node) {
  std::vector<bool> given(node.rank(0), false);
  for (int64_t axis : node.constant_ints(1)) given[ImportedNode::normalize_axis(axis, node.rank(0))] = true;
  std::vector<int64_t> axes;
  for (int axis = 0; axis < node.rank(0); ++axis) {
    if (given[axis]) axes.push_back(axis);
  }
  return axes;
}

std::vector<ValueId> import_reduce(NodeImport& node) {
  Reduce op;
  op.kind = kind_of(node.code());
  op.axes = distinct_axes(node);
  op.keepdims = node.options<tflite::ReducerOptions>().keep_dims();
  // Without axes, Convoy's operator reduces all of them.
  if (op.axes.empty()) return {node.input(0)};
  return {node.add(std::move(op), {node.input(0)})};
}

/// Of booleans, all are the minimum and any is the maximum.
std::vector<ValueId> import_reduce_booleans(NodeImport& node) {
  Reduce op;
  op.kind = node.code() == Code::REDUCE_ALL ? ReduceKind::min : ReduceKind::max;
  op.axes = distinct_axes(node);
  op.keepdims = node.options<tflite::ReducerOptions>().keep_dims();
  if (op.axes.empty()) return {node.input(0)};
  return {node.add(std::move(op), {node.input(0)})};
}

std::vector<ValueId> import_arg_reduce(NodeImport& node) {
  ArgReduce op;
  op.kind = node.code() == Code::ARG_MAX ? ArgReduceKind::max : ArgReduceKind::min;
  op.axis = one_int(node, 1);
  op.keepdims = false;
  return {as_declared(node, node.add(op, {node.input(0)}), 0)};
}

std::vector<ValueId> import_top_k(NodeImport& node) {
  TopK op;
  op.k = one_int(node, 1);
  const std::vector<ValueId> outputs = node.builder().add(std::make_shared<TopK>(op), {node.input(0)}, node.name(),
                                                          {node.name() + "/out", node.name() + "/places"});
  if (node.output_count() != 2) invalid_input("it has {} outputs, expected 2", node.output_count());
  return {outputs[0], as_declared(node, outputs[1], 1)};
}

std::vector<ValueId> import_cumsum(NodeImport& node) {
  const auto& options = node.options<tflite::CumsumOptions>();
  CumSum op;
  op.axis = one_int(node, 1);
  op.exclusive = options.exclusive();
  op.reverse = options.reverse();
  return {node.add(op, {node.input(0)})};
}

}  // namespace convoy::tflite_frontend
