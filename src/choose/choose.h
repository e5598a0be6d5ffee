// Picks the implementation of a group: the cheapest by the cost model, counting the conversions that its
// inputs would need, unless an option forces another.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "impls/impl.h"

namespace convoy {

/// A candidate that was considered for a group.
struct Considered {
  std::string impl;
  double cost_ns = 0;   ///< estimate, conversions of inputs included
  std::string refusal;  ///< why not, or empty
};

struct Choice {
  const Impl* impl = nullptr;
  Proposal proposal;
  std::vector<Considered> considered;
};

/// `--set PATTERN:impl=NAME`: PATTERN is a node name, a glob over node names, or an operator's name.
using ForcedImpls = std::vector<std::pair<std::string, std::string>>;

/// Throws a usage Error when a forced implementation is unknown or refuses the group.
Choice choose_impl(const Problem& problem, const ForcedImpls& forced);

/// Throws a usage Error when a pattern matches no group, listing operators and implementations.
void check_forced(const GroupedGraph& grouped, const ForcedImpls& forced);

}  // namespace convoy
