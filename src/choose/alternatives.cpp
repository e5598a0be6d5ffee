#include "choose/alternatives.h"

#include <algorithm>
#include <functional>

#include "choose/signature.h"
#include "impls/views.h"
#include "ops/concat.h"

namespace convoy {

namespace {

/// Groups of many inputs are only asked about the same layout for all.
constexpr size_t kMostCombinations = 8;

/// Whether the elements lie at the same addresses: strides of axes of extent 1 do not count.
bool same_place(const TensorView& a, const TensorView& b) {
  for (int axis = 0; axis < a.rank(); ++axis) {
    if (a.shape[axis] > 1 && a.stride(axis) != b.stride(axis)) return false;
  }
  return true;
}

class Lister {
 public:
  Lister(const GroupedGraph& grouped, const Target& target, const MeasuredCosts& measured)
      : grouped_(grouped), graph_(grouped.graph), target_(target), measured_(measured) {}

  NetworkAlternatives run() {
    for (ValueId id : graph_.inputs) add_value(id);
    for (const Group& group : grouped_.groups) add_group(group);
    return std::move(network_);
  }

 private:
  void add_value(ValueId id) {
    auto& layouts = network_.layouts[id];
    const TensorType type = grouped_.stored_type(id);
    layouts = {TensorView::contiguous(type, Layout::row_major)};
    const TensorView channels_last = TensorView::contiguous(type, Layout::channels_last);
    if (index_of(layouts, channels_last) < 0) layouts.push_back(channels_last);
  }

  /// The index of a layout of the value, which is new perhaps.
  int layout_of(ValueId id, const TensorView& view) {
    auto& layouts = network_.layouts.at(id);
    if (const int known = index_of(layouts, view); known >= 0) return known;
    layouts.push_back(view);
    return static_cast<int>(layouts.size()) - 1;
  }

  void add_group(const Group& group) {
    const Node& anchor = graph_.nodes[group.anchor];
    GroupAlternatives alternatives{&group, group_signature(grouped_, group), {}, {group.output}, true, {}};
    if (group.epilogue.empty()) alternatives.outputs = anchor.outputs;
    for (ValueId id : group.inputs) {
      if (!graph_.is_constant(id)) alternatives.inputs.push_back(id);
    }
    for (ValueId id : alternatives.outputs) add_value(id);
    if (group.epilogue.empty() && op_cast<Concat>(*anchor.op) && size_of(graph_.type(group.output).dtype) == 4) {
      add_concat(alternatives);
    } else if (group.epilogue.empty() && is_view_op(*anchor.op) && alternatives.inputs.size() == 1) {
      add_view(alternatives, anchor);
    } else {
      add_computed(alternatives);
    }
    network_.groups.push_back(std::move(alternatives));
  }

  /// The parts are written in place, where they come in the layout of the whole. Images are always put together
  /// pixel by pixel: kernels that keep channels innermost write them.
  void add_concat(GroupAlternatives& alternatives) {
    const TensorType type = grouped_.stored_type(alternatives.group->output);
    const Layout layout = type.shape.rank() == 4 ? Layout::channels_last : Layout::row_major;
    Alternative in_place;
    for (ValueId id : alternatives.inputs)
      in_place.reads.push_back(layout_of(id, TensorView::contiguous(grouped_.stored_type(id), layout)));
    in_place.output = layout_of(alternatives.group->output, TensorView::contiguous(type, layout));
    alternatives.all.push_back(std::move(in_place));
  }

  /// In each layout of the input the result is a view of it, or else copied.
  void add_view(GroupAlternatives& alternatives, const Node& anchor) {
    alternatives.reads_copies = false;
    const ValueId input = alternatives.inputs[0];
    const std::vector<TensorView> layouts = network_.layouts.at(input);
    for (size_t i = 0; i < layouts.size(); ++i) {
      if (const auto view = output_as_view(anchor, graph_, {layouts[i], 0})) {
        Alternative nothing;
        nothing.reads = {static_cast<int>(i)};
        nothing.output = layout_of(anchor.outputs[0], view->view);
        alternatives.all.push_back(std::move(nothing));
      } else {
        propose_all(alternatives, {static_cast<int>(i)});
      }
    }
  }

  void add_computed(GroupAlternatives& alternatives) {
    for (const std::vector<int>& reads : combinations(alternatives.inputs)) propose_all(alternatives, reads);
  }

  /// Of the inputs' layouts.
  std::vector<std::vector<int>> combinations(const std::vector<ValueId>& inputs) const {
    size_t count = 1, most = 1;
    for (ValueId id : inputs) {
      const size_t layouts = network_.layouts.at(id).size();
      count = std::min(count * layouts, kMostCombinations + 1);
      most = std::max(most, layouts);
    }
    const bool uniform = count > kMostCombinations;
    std::vector<std::vector<int>> all;
    for (size_t i = 0; i < (uniform ? most : count); ++i) {
      std::vector<int> reads;
      size_t rest = i;
      for (ValueId id : inputs) {
        const size_t layouts = network_.layouts.at(id).size();
        reads.push_back(static_cast<int>(uniform ? std::min(i, layouts - 1) : rest % layouts));
        rest /= layouts;
      }
      all.push_back(std::move(reads));
    }
    return all;
  }

  void propose_all(GroupAlternatives& alternatives, const std::vector<int>& reads) {
    Problem problem{grouped_, *alternatives.group, target_, {}};
    for (ValueId id : alternatives.group->inputs) {
      if (graph_.is_constant(id)) problem.views[id] = TensorView::contiguous(graph_.type(id), Layout::row_major);
    }
    for (size_t i = 0; i < reads.size(); ++i) {
      const ValueId id = alternatives.inputs[i];
      problem.views[id] = network_.layouts.at(id)[reads[i]];
    }
    for (const Impl* impl : impls_for(*problem.anchor().op)) {
      if (!problem.group.prologue.empty() && !impl->takes_prologue()) continue;
      const Proposal proposal = impl->propose(problem);
      if (proposal.accepted() && demands_met(problem, proposal)) add(alternatives, problem, *impl, proposal, reads);
    }
  }

  static bool demands_met(const Problem& problem, const Proposal& proposal) {
    return std::ranges::all_of(proposal.demands, [&](const auto& input) {
      const auto& [id, demand] = input;
      const auto view = problem.views.find(id);
      return view == problem.views.end() || problem.graph().is_constant(id) || satisfies(view->second, demand);
    });
  }

  void add(GroupAlternatives& alternatives, const Problem& problem, const Impl& impl, const Proposal& proposal,
           const std::vector<int>& reads) {
    Alternative one{&impl,
                    candidate_name(problem, impl, proposal),
                    reads,
                    0,
                    proposal.cost_ns,
                    {},
                    proposal.packed_bytes,
                    proposal.temp_bytes};
    one.measured = measured_.find(alternatives.signature, one.candidate);
    std::vector<Layout> outputs = {proposal.output};
    if (proposal.output_demand == Demand::any) outputs = {Layout::row_major, Layout::channels_last};
    for (Layout layout : outputs) {
      const ValueId id = alternatives.outputs[0];
      one.output = index_of(network_.layouts.at(id), TensorView::contiguous(graph_.type(id), layout));
      alternatives.all.push_back(one);
    }
  }

  const GroupedGraph& grouped_;
  const Graph& graph_;
  const Target& target_;
  const MeasuredCosts& measured_;
  NetworkAlternatives network_;
};

}  // namespace

int index_of(const std::vector<TensorView>& layouts, const TensorView& view) {
  const auto found = std::ranges::find_if(layouts, [&](const TensorView& known) { return same_place(known, view); });
  return found == layouts.end() ? -1 : static_cast<int>(found - layouts.begin());
}

NetworkAlternatives list_alternatives(const GroupedGraph& grouped, const Target& target,
                                      const MeasuredCosts& measured) {
  return Lister(grouped, target, measured).run();
}

}  // namespace convoy
