// Picks the implementation of a group by what is known of its candidates: measured times, or else the cost model's
// estimates. What the network as a whole is best served with is decided before, in choose/assign.h; here that is
// held against the group as it lies in memory.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "choose/measured_costs.h"
#include "choose/saved_plan.h"
#include "impls/impl.h"

namespace convoy {

/// A candidate that was considered for a group.
struct Considered {
  std::string impl;
  std::string candidate;  ///< candidate_name(); empty when refused
  double cost_ns = 0;     ///< estimate, conversions of inputs included
  std::optional<Measurement> measured;
  double conversions_ns = 0;                 ///< of inputs: measured or estimated
  int64_t packed_bytes = 0, temp_bytes = 0;  ///< Proposal's
  std::string refusal;                       ///< why not, or empty

  /// What the choice compares.
  double known_ns() const { return measured ? measured->ns + conversions_ns : cost_ns; }
};

struct Choice {
  const Impl* impl = nullptr;
  Proposal proposal;
  size_t picked = 0;  ///< index into considered
  std::vector<Considered> considered;
};

/// `--set PATTERN:impl=NAME`: PATTERN is a node name, a glob over node names, or an operator's name.
using ForcedImpls = std::vector<std::pair<std::string, std::string>>;

/// What a choice depends on besides the group.
struct ChoiceOptions {
  ForcedImpls forced = {};
  /// Where a group's candidates were measured, those that were not are no longer considered: the tuner left them
  /// out because their estimates were hopeless.
  MeasuredCosts measured = {};
  /// By group signature: the candidate that the tuner wants to measure next, where it can compute the group.
  std::map<std::string, std::string> wanted = {};
  /// Decides for the layers that it lists, but --set goes first.
  std::optional<SavedPlan> saved = std::nullopt;
  /// What a byte of packed weights, and one of temporary buffers, counts where memory is short; then what was not
  /// measured is considered, too.
  double ns_per_byte = 0, ns_per_temp_byte = 0;
};

/// An implementation that somebody asked for.
struct Forced {
  std::string impl;  ///< "" for none
  std::string by;    ///< "--set" or "the plan": for messages
};
Forced forced_impl(const Problem& problem, const ChoiceOptions& options);

/// What is compared when a group's candidates are.
struct Rank {
  double ns = 0;
  int64_t packed_bytes = 0;
};
/// Index of the fastest, or of the one among those as good as that which packs the fewest megabytes of weights.
size_t best_of(const std::vector<Rank>& ranks);

/// Measured, or estimated, time of copying a value that lies at `from` to a fresh tensor of `layout`.
double layout_copy_ns(const TensorType& type, const TensorView& from, Layout layout, const Target& target,
                      const MeasuredCosts& measured);

/// Takes what is forced, or else `decided`, the name of an implementation, or else (it is empty or refuses) the best.
/// Throws a usage Error when a forced implementation is unknown or refuses the group.
Choice choose_impl(const Problem& problem, const std::string& signature, const ChoiceOptions& options,
                   const std::string& decided = "");

/// Throws a usage Error when a pattern matches no group, listing operators and implementations, or when the plan is not
/// one of this network.
void check_forced(const GroupedGraph& grouped, const ChoiceOptions& options);

}  // namespace convoy
