// Decides which of the values between groups are stored as bf16. It changes neither operators nor types: kernels widen
// what they read, compute in f32, and round what they store, so that results inside a group are never rounded.
#pragma once

#include "passes/group.h"

namespace convoy {

/// Before: groups of a network whose values are stored as their types say. Afterwards: stored_as_bf16 holds the f32
/// results of groups, and kept_f32 the reason for each that is not among them: network outputs, what indices and other
/// integers are computed from (bf16 has ties and gaps where f32 has none), what is computed from integers (bf16 cannot
/// tell 256 from 257), and views of such values and of network inputs.
///
///   conv1: conv2d(%data, %w) + relu -> %x f32[1x64x56x56]
///   conv1: conv2d(%data, %w) + relu -> %x f32[1x64x56x56] as bf16
///
/// Worth it because memory traffic halves, and CPUs with dot products of bf16 multiply twice as fast.
void lower_precision(GroupedGraph& grouped);

}  // namespace convoy
