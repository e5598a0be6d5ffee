// The choice for the network as a whole: an implementation for each group and a layout for each value, so that the
// sum of the groups' times and of the layout copies between them is least. Solved as a partitioned Boolean quadratic
// problem: groups are nodes, whose alternatives are ways to compute them, and values are nodes, whose alternatives
// are the layouts in which they are there, as written and copied.
#pragma once

#include <map>
#include <string>

#include "choose/choose.h"
#include "impls/impl.h"

namespace convoy {

/// What was decided about a group.
struct Assigned {
  std::string impl;                   ///< "" where nothing is computed
  Layout output = Layout::row_major;  ///< where the implementation leaves that open
  /// The inputs that are read in another layout than they were written in.
  std::map<ValueId, Layout> copied;
};

/// By the group's anchor.
using Assignment = std::map<int32_t, Assigned>;

/// Views are assumed to be those of fresh tensors; where a value lies in a concatenation, the plan may have to decide
/// otherwise.
Assignment assign(const GroupedGraph& grouped, const Target& target, const ChoiceOptions& options);

}  // namespace convoy
