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
    auto view = problem.views.find(id);
    if (view == problem.views.end() || demand == Demand::any) continue;
    const Layout layout = demand == Demand::row_major ? Layout::row_major : Layout::channels_last;
    const bool fits =
        demand == Demand::row_major ? view->second.is_contiguous(Layout::row_major) : view->second.channels_innermost();
    if (fits) continue;
    const TensorType& type = problem.type(id);
    const auto known =
        measured.find(copy_signature(type), copy_candidate(view->second, TensorView::contiguous(type, layout)));
    cost += known ? known->ns : copy_cost_ns(view->second, layout, problem.target);
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

/// Index of the fastest, or of what is as good as that with less memory.
size_t best_of(const std::vector<Considered>& considered, const std::vector<size_t>& eligible,
               const ChoiceOptions& options) {
  constexpr double kAsGood = 1.03;  // less than measurements spread
  auto ns = [&](size_t i) {
    const Considered& c = considered[i];
    return c.known_ns() + options.ns_per_byte * static_cast<double>(c.packed_bytes) +
           options.ns_per_temp_byte * static_cast<double>(c.temp_bytes);
  };
  const double limit = kAsGood * ns(*std::ranges::min_element(eligible, {}, ns));
  return *std::ranges::min_element(
      eligible, {}, [&](size_t i) { return std::tuple(ns(i) > limit, considered[i].packed_bytes >> 20, ns(i)); });
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

/// The tuner's wish; "" for none. What it wants may accept one group of the signature and refuse another, which reads
/// other views: there the choice is free.
std::string granted_wish(const std::string& signature, const ChoiceOptions& options,
                         const std::vector<Considered>& considered) {
  const auto wanted = options.wanted.find(signature);
  if (wanted == options.wanted.end()) return "";
  const auto found = std::ranges::find(considered, wanted->second, &Considered::impl);
  return found != considered.end() && found->refusal.empty() ? wanted->second : "";
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

Choice choose_impl(const Problem& problem, const std::string& signature, const ChoiceOptions& options) {
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
  const std::string only = forced.impl.empty() ? granted_wish(signature, options, choice.considered) : forced.impl;
  const bool any_measured = only.empty() && std::ranges::any_of(choice.considered, [](const Considered& c) {
                              return c.measured.has_value();
                            });
  std::vector<size_t> eligible;
  for (size_t i = 0; i < impls.size(); ++i) {
    const Considered& considered = choice.considered[i];
    const bool usable = considered.refusal.empty() && (only.empty() || considered.impl == only);
    if (usable && (!any_measured || considered.measured || options.ns_per_byte > 0)) eligible.push_back(i);
  }
  if (eligible.empty()) internal_error("'{}' has no implementation", problem.group.name);
  choice.picked = best_of(choice.considered, eligible, options);
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
