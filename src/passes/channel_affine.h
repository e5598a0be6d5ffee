// Chains of batch_norm and of operations with per-channel constants, seen as one function:
// value[.., c, ..] = scale[c] * base[.., c, ..] + shift[c].
#pragma once

#include "graph/graph.h"

namespace convoy {

struct ChannelAffine {
  ValueId base = kAbsent;
  std::vector<double> scale, shift;  ///< per channel
  int nodes = 0;                     ///< in the chain
  bool has_batch_norm = false;
};

/// What the chain that ends with the node that a rule looks at computes along `axis` of its output; results
/// inside the chain have no other use. Nothing when the node is no such operation, when the chain goes on
/// after it, or when a number is not finite. Ids are the old graph's.
std::optional<ChannelAffine> channel_affine(const RewriteContext& context, int axis);

/// A constant of the type's dtype (f32) that broadcasts `values` along `axis` of a tensor of this type: shape
/// C, 1, 1 for axis 1 of N, C, H, W.
Tensor channel_constant(const std::vector<double>& values, const TensorType& type, int axis);

}  // namespace convoy
