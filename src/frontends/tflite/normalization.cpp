// L2_NORMALIZATION and LOCAL_RESPONSE_NORMALIZATION.
#include "frontends/tflite/activation.h"
#include "frontends/tflite/importers.h"
#include "ops/attribute_checks.h"
#include "ops/elementwise.h"
#include "ops/lrn.h"
#include "ops/reduce.h"

namespace convoy::tflite_frontend {

/// src / max(|src|, 1e-6), with |src| the root of the sum of squares along the last axis.
std::vector<ValueId> import_l2_normalization(NodeImport& node) {
  Reduce norm;
  norm.kind = ReduceKind::l2;
  norm.axes = {-1};
  const ValueId length = node.helper(norm, {node.input(0)}, "/length");
  const ValueId least = node.scalar(node.type(0).dtype, 1e-6, "/least");
  const ValueId divisor = node.helper(binary(BinaryKind::max), {length, least}, "/divisor");
  const ValueId dst = node.add(binary(BinaryKind::div), {node.input(0), divisor});
  return {activated(node, dst, node.options<tflite::L2NormOptions>().fused_activation_function())};
}

/// src / (bias + alpha * sum of squares of the channels up to `radius` away)^beta.
std::vector<ValueId> import_local_response_normalization(NodeImport& node) {
  const auto& options = node.options<tflite::LocalResponseNormalizationOptions>();
  expect_range(options.radius(), 0, kMaxExtent / 4, "radius");
  Lrn op;
  op.size = 2 * int64_t{options.radius()} + 1;
  // Convoy's operator divides alpha by the number of channels.
  op.alpha = static_cast<double>(options.alpha()) * static_cast<double>(op.size);
  op.beta = options.beta();
  op.bias = options.bias();
  return {node.channels_last(node.add(op, {node.channels_first(node.input(0), "/nchw")}))};
}

}  // namespace convoy::tflite_frontend
