#include "choose/prologues.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <set>

#include "impls/prologue.h"
#include "ops/concat.h"
#include "ops/conv2d.h"
#include "passes/group.h"
#include "support/error.h"

namespace convoy {

namespace {

class PrologueFuser {
 public:
  PrologueFuser(GroupedGraph grouped, const Target& target, const ChoiceOptions& options)
      : grouped_(std::move(grouped)), graph_(grouped_.graph), target_(target), options_(options) {
    for (size_t i = 0; i < grouped_.groups.size(); ++i) group_of_anchor_[grouped_.groups[i].anchor] = i;
  }

  GroupedGraph run() {
    for (Group& group : grouped_.groups) {
      if (op_cast<Conv2d>(*graph_.nodes[group.anchor].op)) consider(group);
    }
    std::erase_if(grouped_.groups, [&](const Group& group) { return fused_.contains(group.anchor); });
    return std::move(grouped_);
  }

 private:
  /// Which of the operators in front of a convolution may be fused.
  using Allowed = std::function<bool(const Node&)>;

  /// Everything that can be fused, or else only the concatenation.
  void consider(Group& group) {
    const SavedLayer* saved = options_.saved ? options_.saved->find(group.name) : nullptr;
    if (saved) return fuse_as_saved(group, *saved);
    if (!try_fusing(group, [](const Node&) { return true; })) {
      try_fusing(group, [](const Node& node) { return op_cast<Concat>(*node.op) != nullptr; });
    }
  }

  bool try_fusing(Group& group, const Allowed& allowed) {
    double apart_ns = 0;  // of what need no longer be computed on its own
    const Group fused = with_prologue(group, allowed, apart_ns);
    if (fused.prologue.empty()) return false;
    const std::optional<double> together_ns = cost_ns(fused), alone_ns = cost_ns(group);
    if (!together_ns || (alone_ns && *together_ns > *alone_ns + apart_ns)) return false;
    take(group, fused);
    return true;
  }

  void fuse_as_saved(Group& group, const SavedLayer& saved) {
    double apart_ns = 0;
    const Group fused = with_prologue(
        group, [&](const Node& node) { return std::ranges::count(saved.reads, node.name) > 0; }, apart_ns);
    if (fused.prologue.size() != saved.reads.size()) {
      usage_error("the plan: '{}' cannot read through {}", group.name, fmt::join(saved.reads, ", "));
    }
    if (!fused.prologue.empty()) take(group, fused);
  }

  void take(Group& group, const Group& fused) {
    fused_.insert(fused.prologue.begin(), fused.prologue.end());
    group = fused;
  }

  Group with_prologue(const Group& group, const Allowed& allowed, double& apart_ns) const {
    Group fused = group;
    add_to_prologue(graph_.nodes[group.anchor].inputs[0], allowed, fused.prologue, apart_ns);
    std::ranges::sort(fused.prologue);
    fused.inputs = outside_inputs(graph_, fused);
    return fused;
  }

  /// The operators above `id` that can be fused, down to those whose results are in memory.
  void add_to_prologue(ValueId id, const Allowed& allowed, std::vector<int32_t>& prologue, double& apart_ns) const {
    const int32_t producer = graph_.value(id).producer;
    if (producer < 0 || consumers_[id].size() != 1 || graph_.is_output(id)) return;
    const auto alone = group_of_anchor_.find(producer);  // not a member of an epilogue, nor with one of its own
    if (alone == group_of_anchor_.end() || !grouped_.groups[alone->second].epilogue.empty()) return;
    const Group& group = grouped_.groups[alone->second];
    const Node& node = graph_.nodes[producer];
    if (!allowed(node) || !forced_impl({grouped_, group, target_, {}}, options_).impl.empty()) return;
    if (graph_.type(id).dtype != DType::f32 || graph_.type(id).shape.rank() != 4) return;
    if (const auto* concat = op_cast<Concat>(*node.op); concat && concat->axis == 1) {
      prologue.push_back(producer);
      for (ValueId part : node.inputs) add_to_prologue(part, allowed, prologue, apart_ns);
    } else if (const auto* resize = op_cast<Resize>(*node.op);
               resize && pixel_repeats(*resize, graph_.type(node.inputs[0]))) {
      const std::optional<double> resize_ns = cost_ns(group);
      if (!resize_ns) return;
      prologue.push_back(producer);
      apart_ns += *resize_ns;
    }
  }

  /// Estimate for a group whose inputs lie as kernels like them; nothing when only the reference can compute it, or
  /// none of the implementations that --set leaves.
  std::optional<double> cost_ns(const Group& group) const {
    Problem problem{grouped_, group, target_, {}};
    for (ValueId id : group.inputs) {
      const TensorType type = grouped_.stored_type(id);
      const bool image = type.shape.rank() == 4 && graph_.value(id).producer >= 0;
      problem.views[id] = TensorView::contiguous(type, image ? Layout::channels_last : Layout::row_major);
    }
    const std::string forced = forced_impl(problem, options_).impl;
    std::optional<double> least;
    for (const Impl* impl : impls_for(*problem.anchor().op)) {
      if (impl == &reference_impl() || (!forced.empty() && impl->name() != forced)) continue;
      if (!group.prologue.empty() && !impl->takes_prologue()) continue;
      const Proposal proposal = impl->propose(problem);
      if (proposal.accepted() && (!least || proposal.cost_ns < *least)) least = proposal.cost_ns;
    }
    return least;
  }

  GroupedGraph grouped_;
  const Graph& graph_;
  const Target& target_;
  const ChoiceOptions& options_;
  const std::vector<std::vector<int32_t>> consumers_ = graph_.consumers();
  std::map<int32_t, size_t> group_of_anchor_;
  std::set<int32_t> fused_;
};

}  // namespace

GroupedGraph fuse_prologues(GroupedGraph grouped, const Target& target, const ChoiceOptions& options) {
  return PrologueFuser(std::move(grouped), target, options).run();
}

}  // namespace convoy
