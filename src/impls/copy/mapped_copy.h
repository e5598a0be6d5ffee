// Copies where each axis of dst says which index of src it reads: padding, gathering.
#pragma once

#include <optional>

#include "impls/impl.h"
#include "ops/copy.h"

namespace convoy {

/// dst[i, j, ...] = src[maps[0][i], maps[1][j], ...], or `fill` where one of them is kNoSource. Elements have
/// 4 bytes or are bf16; both views have as many axes as there are maps.
struct MappedCopy {
  TensorView src, dst;
  std::vector<AxisMap> maps;
  double fill = 0;
};

/// Nothing when the innermost axis is read in too irregular an order for vector code. Arguments of the step:
/// dst, src, then tables.
std::optional<StepSpec> lower_mapped_copy(const MappedCopy& copy, StepArg dst, StepArg src, const Target& target);

}  // namespace convoy
