#include "ops/reduce.h"

#include "frontends/onnx/importers.h"
#include "ops/arg_reduce.h"

namespace convoy::onnx_frontend {
namespace {

struct ReduceRule {
  std::string_view op_type;
  ReduceKind kind;
  int64_t axes_are_input_since;  ///< opset in which the attribute `axes` became an input
  bool identity;                 ///< reducing one element gives that element
};

constexpr ReduceRule kReduceRules[] = {
    {"ReduceL1", ReduceKind::l1, 18, false},          {"ReduceL2", ReduceKind::l2, 18, false},
    {"ReduceLogSum", ReduceKind::log_sum, 18, false}, {"ReduceLogSumExp", ReduceKind::log_sum_exp, 18, true},
    {"ReduceMax", ReduceKind::max, 18, true},         {"ReduceMean", ReduceKind::mean, 18, true},
    {"ReduceMin", ReduceKind::min, 18, true},         {"ReduceProd", ReduceKind::prod, 18, true},
    {"ReduceSum", ReduceKind::sum, 13, true},         {"ReduceSumSquare", ReduceKind::sum_square, 18, false},
};

const ReduceRule& rule_of(const NodeImport& node) {
  for (const ReduceRule& rule : kReduceRules) {
    if (rule.op_type == node.op_type()) return rule;
  }
  internal_error("no rule for {}", node.op_type());
}

std::vector<int64_t> axes_of(const NodeImport& node, const ReduceRule& rule) {
  if (node.opset() < rule.axes_are_input_since) return node.attr_ints("axes");
  return node.optional_input(1) == kAbsent ? std::vector<int64_t>() : node.constant_ints(1);
}

}  // namespace

std::vector<ValueId> import_reduce(NodeImport& node) {
  const ReduceRule& rule = rule_of(node);
  Reduce op;
  op.kind = rule.kind;
  op.axes = axes_of(node, rule);
  op.keepdims = node.attr_int("keepdims", 1) != 0;
  if (op.axes.empty() && node.attr_int("noop_with_empty_axes", 0)) {
    if (!rule.identity) unsupported("without axes and with noop_with_empty_axes it is not supported");
    return {node.input(0)};
  }
  return node.emit(std::move(op), {node.input(0)});
}

std::vector<ValueId> import_arg_reduce(NodeImport& node) {
  ArgReduce op;
  op.kind = node.op_type() == "ArgMax" ? ArgReduceKind::max : ArgReduceKind::min;
  op.axis = node.attr_int("axis", 0);
  op.keepdims = node.attr_int("keepdims", 1) != 0;
  op.select_last = node.attr_int("select_last_index", 0) != 0;
  return node.emit(std::move(op), {node.input(0)});
}

}  // namespace convoy::onnx_frontend
