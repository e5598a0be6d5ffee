// What an operator of a patch network reads of its input where the patch ends: elements that padding stands for, or
// that lie there when the patch is part of a larger image.
#pragma once

#include <array>
#include <optional>

#include "graph/graph.h"

namespace convoy {

/// Rows (or columns) of a value before its patch's first and behind its last.
struct Margin {
  int64_t before = 0, after = 0;
  bool operator==(const Margin&) const = default;
};
/// Of rows, of columns.
using Margins = std::array<Margin, 2>;

/// The larger of each.
Margins hull(const Margins& a, const Margins& b);

/// Row (or column) o of an operator's output reads rows [o * stride + offset, o * stride + offset + span) of its input.
struct Reach {
  int64_t stride = 1, offset = 0, span = 1;

  /// The margin of an input of `in` rows that is read for an output of `out` rows and its margin. Throws Error when
  /// that is beyond all measure.
  Margin needed(const Margin& margin, int64_t out, int64_t in) const;
};
/// Of rows, of columns.
using Reaches = std::array<Reach, 2>;

/// What `node` reads of each computed operand, all of them images; nothing when it does not treat all pixels alike, so
/// that there is no more to its output than the patch. These are the operators that densify shares between patches
/// (dense/shared_rules.h), with any padding.
std::optional<Reaches> reach_of(const Graph& patch, const Node& node);

}  // namespace convoy
