#include "choose/choose.h"

#include <fnmatch.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "choose/signature.h"
#include "support/error.h"

namespace convoy {

namespace {

bool matches(const std::string& pattern, const Problem& problem) {
  return fnmatch(pattern.c_str(), problem.group.name.c_str(), 0) == 0 || pattern == problem.anchor().op->name();
}

/// Measured, or estimated, time of the copies that the inputs need.
double conversions_ns(const Problem& problem, const Proposal& proposal, const MeasuredCosts& measured) {
  double cost = 0;
  for (auto [id, demand] : proposal.demands) {
    const auto view = problem.views.find(id);
    if (view == problem.views.end() || satisfies(view->second, demand)) continue;
    const Layout layout = demand == Demand::row_major ? Layout::row_major : Layout::channels_last;
    cost += layout_copy_ns(problem.stored_type(id), view->second, layout, problem.target, measured);
  }
  return cost;
}

std::string names_of(const ImplList& impls) {
  std::string names;
  for (const Impl* impl : impls) names += (names.empty() ? "" : ", ") + impl->name();
  return names;
}

Considered consider(const Problem& problem, const std::string& signature, const Impl& impl, const Proposal& proposal,
                    const MeasuredCosts& measured) {
  Considered considered{.impl = impl.name(), .refusal = proposal.refusal};
  if (!proposal.accepted()) return considered;
  considered.candidate = candidate_name(problem, impl, proposal);
  considered.conversions_ns = conversions_ns(problem, proposal, measured);
  considered.cost_ns = proposal.cost_ns + considered.conversions_ns;
  considered.packed_bytes = proposal.packed_bytes;
  considered.temp_bytes = proposal.temp_bytes;
  considered.measured = measured.find(signature, considered.candidate);
  return considered;
}

/// Throws a usage Error when what is asked for is not there or refuses the group.
void check_usable(const Forced& forced, const Problem& problem, const std::vector<Considered>& considered,
                  const ImplList& impls) {
  const auto found = std::ranges::find(considered, forced.impl, &Considered::impl);
  if (found == considered.end()) {
    usage_error("{}: '{}' ({}) has no implementation '{}', only {}", forced.by, problem.group.name,
                problem.anchor().op->name(), forced.impl, names_of(impls));
  }
  if (!found->refusal.empty()) {
    usage_error("{}: {} cannot compute '{}': {}", forced.by, forced.impl, problem.group.name, found->refusal);
  }
}

/// What may be picked where nothing was decided.
std::vector<size_t> eligible_of(const std::vector<Considered>& considered, const ChoiceOptions& options) {
  const bool any_measured =
      std::ranges::any_of(considered, [](const Considered& c) { return c.refusal.empty() && c.measured; });
  std::vector<size_t> eligible;
  for (size_t i = 0; i < considered.size(); ++i) {
    if (!considered[i].refusal.empty()) continue;
    if (!any_measured || considered[i].measured || options.ns_per_byte > 0) eligible.push_back(i);
  }
  return eligible;
}

/// Every layer that the plan lists must be there, as a group of its own or read through.
void check_layers(const GroupedGraph& grouped, const SavedPlan& saved) {
  std::set<std::string> names;
  for (const Group& group : grouped.groups) names.insert(group.name);
  for (const SavedLayer& layer : saved.layers) {
    if (!names.contains(layer.name)) {
      usage_error("the plan is one of '{}': this network has no layer '{}'", saved.network, layer.name);
    }
  }
}

}  // namespace

Forced forced_impl(const Problem& problem, const ChoiceOptions& options) {
  for (size_t i = options.forced.size(); i-- > 0;) {  // the last one counts
    if (matches(options.forced[i].first, problem)) return {options.forced[i].second, "--set"};
  }
  const SavedLayer* saved = options.saved ? options.saved->find(problem.group.name) : nullptr;
  return saved ? Forced{saved->impl, "the plan"} : Forced{};
}

size_t best_of(const std::vector<Rank>& ranks) {
  constexpr double kAsGood = 1.03;  // less than measurements spread
  const double limit = kAsGood * std::ranges::min_element(ranks, {}, &Rank::ns)->ns;
  const auto order = [&](const Rank& rank) { return std::tuple(rank.ns > limit, rank.packed_bytes >> 20, rank.ns); };
  return static_cast<size_t>(std::ranges::min_element(ranks, {}, order) - ranks.begin());
}

double layout_copy_ns(const TensorType& type, const TensorView& from, Layout layout, const Target& target,
                      const MeasuredCosts& measured) {
  const auto known = measured.find(copy_signature(type), copy_candidate(from, TensorView::contiguous(type, layout)));
  return known ? known->ns : copy_cost_ns(from, layout, target);
}

Choice choose_impl(const Problem& problem, const std::string& signature, const ChoiceOptions& options,
                   const std::string& decided) {
  const ImplList impls = impls_for(*problem.anchor().op);
  Choice choice;
  std::vector<Proposal> proposals;
  for (const Impl* impl : impls) {
    const bool can = problem.group.prologue.empty() || impl->takes_prologue();
    proposals.push_back(can ? impl->propose(problem) : Proposal::no("reads its input from one tensor only"));
    choice.considered.push_back(consider(problem, signature, *impl, proposals.back(), options.measured));
  }
  const Forced forced = forced_impl(problem, options);
  if (!forced.impl.empty()) check_usable(forced, problem, choice.considered, impls);
  const auto found =
      std::ranges::find(choice.considered, forced.impl.empty() ? decided : forced.impl, &Considered::impl);
  if (found != choice.considered.end() && found->refusal.empty()) {
    choice.picked = static_cast<size_t>(found - choice.considered.begin());
  } else {
    const std::vector<size_t> eligible = eligible_of(choice.considered, options);
    if (eligible.empty()) internal_error("'{}' has no implementation", problem.group.name);
    std::vector<Rank> ranks;
    for (size_t i : eligible) ranks.push_back({choice.considered[i].known_ns(), choice.considered[i].packed_bytes});
    choice.picked = eligible[best_of(ranks)];
  }
  choice.impl = impls[choice.picked];
  choice.proposal = std::move(proposals[choice.picked]);
  return choice;
}

void check_forced(const GroupedGraph& grouped, const ChoiceOptions& options) {
  if (options.saved) check_layers(grouped, *options.saved);
  std::set<std::string> operators;
  for (const Group& group : grouped.groups) operators.insert(grouped.graph.nodes[group.anchor].op->name());
  for (const auto& [pattern, impl] : options.forced) {
    bool found = operators.contains(pattern);
    for (const Group& group : grouped.groups) found |= fnmatch(pattern.c_str(), group.name.c_str(), 0) == 0;
    if (!found) {
      std::string names;
      for (const std::string& name : operators) names += (names.empty() ? "" : ", ") + name;
      usage_error("--set: no node and no operator is called '{}'; operators here: {}", pattern, names);
    }
  }
}

}  // namespace convoy
