#include "choose/choose.h"

#include <fnmatch.h>

#include <set>

#include "support/error.h"

namespace convoy {

namespace {

bool matches(const std::string& pattern, const Problem& problem) {
  return fnmatch(pattern.c_str(), problem.group.name.c_str(), 0) == 0 || pattern == problem.anchor().op->name();
}

double conversions_ns(const Problem& problem, const Proposal& proposal) {
  double cost = 0;
  for (auto [id, demand] : proposal.demands) {
    auto view = problem.views.find(id);
    if (view == problem.views.end() || demand == Demand::any) continue;
    const Layout layout = demand == Demand::row_major ? Layout::row_major : Layout::channels_last;
    const bool fits = demand == Demand::row_major ? view->second.is_contiguous(Layout::row_major)
                                                  : view->second.channels_innermost();
    if (!fits) cost += copy_cost_ns(view->second, layout, problem.target);
  }
  return cost;
}

std::string forced_name(const Problem& problem, const ForcedImpls& forced) {
  std::string name;
  for (const auto& [pattern, impl] : forced) {
    if (matches(pattern, problem)) name = impl;  // the last one counts
  }
  return name;
}

std::string names_of(const ImplList& impls) {
  std::string names;
  for (const Impl* impl : impls) names += (names.empty() ? "" : ", ") + impl->name();
  return names;
}

}  // namespace

Choice choose_impl(const Problem& problem, const ForcedImpls& forced) {
  const ImplList impls = impls_for(*problem.anchor().op);
  const std::string wanted = forced_name(problem, forced);
  Choice choice;
  double best = 0;
  bool found = wanted.empty();
  for (const Impl* impl : impls) {
    Proposal proposal = impl->propose(problem);
    const double cost = proposal.accepted() ? proposal.cost_ns + conversions_ns(problem, proposal) : 0;
    choice.considered.push_back({impl->name(), cost, proposal.refusal});
    if (impl->name() == wanted) {
      found = true;
      if (!proposal.accepted()) {
        usage_error("--set: {} cannot compute '{}': {}", wanted, problem.group.name, proposal.refusal);
      }
    }
    if (!proposal.accepted() || (!wanted.empty() && impl->name() != wanted)) continue;
    if (!choice.impl || cost < best) {
      choice.impl = impl;
      choice.proposal = std::move(proposal);
      best = cost;
    }
  }
  if (!found) {
    usage_error("--set: '{}' ({}) has no implementation '{}', only {}", problem.group.name,
                problem.anchor().op->name(), wanted, names_of(impls));
  }
  return choice;
}

void check_forced(const GroupedGraph& grouped, const ForcedImpls& forced) {
  std::set<std::string> operators;
  for (const Group& group : grouped.groups) operators.insert(grouped.graph.nodes[group.anchor].op->name());
  for (const auto& [pattern, impl] : forced) {
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
