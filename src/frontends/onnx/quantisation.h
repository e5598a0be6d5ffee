// What importers of quantised operators have in common: how nodes say scales and zero points, and sums of products of
// quantised numbers.
#pragma once

#include <vector>

#include "frontends/onnx/node_import.h"
#include "ops/matmul.h"

namespace convoy::onnx_frontend {

/// Which inputs of a node hold a quantised tensor, its scale and its zero point, which may be absent.
struct QuantisedInput {
  int value, scale, zero;
};

/// The input as floats, computed by a node with the suffix.
ValueId dequantised(NodeImport& node, const QuantisedInput& input, const char* suffix);
/// `value` quantised by the node's inputs `scale` and `zero`, as its output; to `otherwise` where `zero` is absent and
/// gives no type.
std::vector<ValueId> emit_quantised(NodeImport& node, ValueId value, int scale, int zero, DType otherwise);

/// One operand of a product: where the node has it and its zero point.
struct Operand {
  ValueId value;
  int zero;  ///< input of the node, which may be absent
};

/// sum of (x - zero of x) * (w - zero of w) over the taps of a convolution, i32. Zero points that are only known when
/// the network runs, or that differ from row to row, are multiplied out:
///   sum of (x - a) * (w - b) = sum of x*w - a * sum of w - b * sum of x + a*b * count,
/// where the sums go over the taps inside x.
ValueId convolution_sums(NodeImport& node, const Operand& x, int weights, int weights_zero, ValueId bias = kAbsent);
/// The same for matrix products, by numpy's rules.
ValueId product_sums(NodeImport& node, const Operand& a, const Operand& b, const MatMul& op);

}  // namespace convoy::onnx_frontend
