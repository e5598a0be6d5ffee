// Emits one elementwise operator of a group on vectors of its operands, whatever their types: f32 arithmetic
// (math.h), comparisons and logic on masks, selection, conversions, and the integer arithmetic that cannot fail.
#pragma once

#include "codegen/llvm/kernel_builder.h"
#include "graph/graph.h"
#include "ops/requantize.h"

namespace convoy {

/// Why there is no vector code for the node ("" when there is).
std::string node_refusal(const Graph& graph, const Node& node);

std::vector<DType> input_dtypes(const Graph& graph, const Node& node);

/// The output of `op`, which is no requantize. Operands are vectors of `types`, see KernelBuilder::load_strided(DType,
/// ...).
Val emit_node(KernelBuilder& b, const Op& op, const std::vector<DType>& types, const std::vector<Val>& operands);

/// How a requantize scales its sums; its shifts may be constants.
FixedPointScaling scaling_of(const Graph& graph, const Node& node);
/// Operands: sums, multiplier, shift.
Val emit_requantize(KernelBuilder& b, const Requantize& op, const FixedPointScaling& how,
                    const std::vector<Val>& operands);

/// Instructions for one vector, roughly, for cost models.
double node_ops(const Node& node);

}  // namespace convoy
