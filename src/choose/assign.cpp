#include "choose/assign.h"

#include <algorithm>

#include "choose/alternatives.h"
#include "choose/pbqp.h"
#include "choose/signature.h"

namespace convoy {

namespace {

/// Of alternatives that are taken only where nothing else is left: more than any network takes.
constexpr double kUnwantedNs = 1e15;

/// How a value is there: as it was written, and copied.
struct Presence {
  int written;              ///< index into its layouts
  std::vector<int> copies;  ///< likewise
  bool has(int layout) const { return layout == written || std::ranges::count(copies, layout) > 0; }
};

struct ValueNode {
  int node = -1;
  std::vector<Presence> alternatives;
};

class Assigner {
 public:
  Assigner(const GroupedGraph& grouped, const Target& target, const ChoiceOptions& options)
      : grouped_(grouped),
        graph_(grouped.graph),
        target_(target),
        options_(options),
        network_(list_alternatives(grouped, target, options.measured)) {}

  Assignment run() {
    for (const auto& [id, layouts] : network_.layouts) add_value(id, layouts);
    for (const GroupAlternatives& group : network_.groups) add_group(group);
    const std::vector<int> picked = problem_.solve();
    Assignment assignment;
    for (size_t i = 0; i < network_.groups.size(); ++i) {
      const GroupAlternatives& group = network_.groups[i];
      assignment[group.group->anchor] = assigned(group, group.all[picked[group_nodes_[i]]], picked);
    }
    return assignment;
  }

 private:
  void add_value(ValueId id, const std::vector<TensorView>& layouts) {
    ValueNode& value = values_[id];
    std::vector<double> costs;
    const int fresh = index_of(layouts, TensorView::contiguous(graph_.type(id), Layout::channels_last)) == 1 ? 2 : 1;
    for (int written = 0; written < static_cast<int>(layouts.size()); ++written) {
      for (int copies = 0; copies < 1 << fresh; ++copies) {
        if (written < fresh && (copies >> written & 1)) continue;  // it is there already
        Presence presence{written, {}};
        for (int i = 0; i < fresh; ++i) {
          if (copies >> i & 1) presence.copies.push_back(i);
        }
        costs.push_back(copies_ns(id, layouts, presence));
        value.alternatives.push_back(std::move(presence));
      }
    }
    if (graph_.value(id).producer < 0) {  // inputs are row-major
      for (size_t i = 0; i < costs.size(); ++i) costs[i] += value.alternatives[i].written == 0 ? 0 : Pbqp::kImpossible;
    }
    value.node = problem_.add_node(std::move(costs));
  }

  /// Of the copies, and of one to the network's output, which is row-major.
  double copies_ns(ValueId id, const std::vector<TensorView>& layouts, const Presence& presence) const {
    double ns = 0;
    const auto copy_to = [&](int layout) {
      ns += layout_copy_ns(grouped_.stored_type(id), layouts[presence.written],
                           layout == 0 ? Layout::row_major : Layout::channels_last, target_, options_.measured);
    };
    for (int layout : presence.copies) copy_to(layout);
    if (graph_.is_output(id) && presence.written != 0) copy_to(0);
    return ns;
  }

  void add_group(const GroupAlternatives& group) {
    std::vector<double> costs = group_costs(group);
    const int node = problem_.add_node(std::move(costs));
    group_nodes_.push_back(node);
    for (ValueId id : group.outputs) {
      connect(node, group, id, [](const Alternative& a, const Presence& p) { return a.output == p.written; });
    }
    for (size_t i = 0; i < group.inputs.size(); ++i) {
      connect(node, group, group.inputs[i], [&, i](const Alternative& a, const Presence& p) {
        return group.reads_copies ? p.has(a.reads[i]) : p.written == a.reads[i];
      });
    }
  }

  template <class Fits>
  void connect(int node, const GroupAlternatives& group, ValueId id, const Fits& fits) {
    const ValueNode& value = values_.at(id);
    EdgeCosts costs;
    for (const Alternative& alternative : group.all) {
      std::vector<double>& row = costs.emplace_back();
      for (const Presence& presence : value.alternatives)
        row.push_back(fits(alternative, presence) ? 0 : Pbqp::kImpossible);
    }
    problem_.add_edge(node, value.node, costs);
  }

  std::vector<double> group_costs(const GroupAlternatives& group) const {
    const std::string forced = forced_impl({grouped_, *group.group, target_, {}}, options_).impl;
    const auto wish = options_.wanted.find(group.signature);
    const auto is_wanted = [&](const Alternative& a) { return a.candidate == wish->second; };
    const bool wanted = forced.empty() && wish != options_.wanted.end() && std::ranges::any_of(group.all, is_wanted);
    const bool any_measured =
        std::ranges::any_of(group.all, [](const Alternative& a) { return a.measured.has_value(); });
    const bool only_measured = any_measured && !wanted && forced.empty() && options_.ns_per_byte == 0;
    std::vector<double> costs;
    for (const Alternative& a : group.all) {
      double ns = priced_ns(a);
      if (a.impl && !forced.empty() && a.impl->name() != forced) ns += kUnwantedNs;
      if (a.impl && wanted && !is_wanted(a)) ns += kUnwantedNs;
      if (a.impl && only_measured && !a.measured) ns += kUnwantedNs;
      costs.push_back(ns);
    }
    return costs;
  }

  double priced_ns(const Alternative& a) const {
    return a.known_ns() + options_.ns_per_byte * static_cast<double>(a.packed_bytes) +
           options_.ns_per_temp_byte * static_cast<double>(a.temp_bytes);
  }

  Assigned assigned(const GroupAlternatives& group, const Alternative& picked, const std::vector<int>& nodes) const {
    Assigned result;
    result.impl = picked.impl ? as_good_as(group, picked).impl->name() : "";
    result.output = picked.output == 1 ? Layout::channels_last : Layout::row_major;
    for (size_t i = 0; i < group.inputs.size(); ++i) {
      const ValueNode& value = values_.at(group.inputs[i]);
      if (picked.reads[i] == value.alternatives[nodes[value.node]].written) continue;
      result.copied[group.inputs[i]] = picked.reads[i] == 0 ? Layout::row_major : Layout::channels_last;
    }
    return result;
  }

  /// Of the alternatives that read and write the same layouts.
  const Alternative& as_good_as(const GroupAlternatives& group, const Alternative& picked) const {
    std::vector<const Alternative*> same;
    std::vector<Rank> ranks;
    const std::vector<double> costs = group_costs(group);
    for (size_t i = 0; i < group.all.size(); ++i) {
      const Alternative& a = group.all[i];
      if (a.reads != picked.reads || a.output != picked.output) continue;
      same.push_back(&a);
      ranks.push_back({costs[i], a.packed_bytes});
    }
    return *same[best_of(ranks)];
  }

  const GroupedGraph& grouped_;
  const Graph& graph_;
  const Target& target_;
  const ChoiceOptions& options_;
  const NetworkAlternatives network_;
  Pbqp problem_;
  std::map<ValueId, ValueNode> values_;
  std::vector<int> group_nodes_;  ///< by index into network_.groups
};

}  // namespace

Assignment assign(const GroupedGraph& grouped, const Target& target, const ChoiceOptions& options) {
  return Assigner(grouped, target, options).run();
}

}  // namespace convoy
