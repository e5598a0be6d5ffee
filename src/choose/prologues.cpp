#include "choose/prologues.h"

#include <algorithm>
#include <set>

#include "impls/prologue.h"
#include "ops/concat.h"
#include "ops/conv2d.h"
#include "passes/group.h"

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
  /// Everything that can be fused, or else only the concatenation.
  void consider(Group& group) {
    if (!try_fusing(group, true)) try_fusing(group, false);
  }

  bool try_fusing(Group& group, bool enlargements) {
    Group fused = group;
    double apart_ns = 0;  // of what need no longer be computed on its own
    add_to_prologue(graph_.nodes[group.anchor].inputs[0], enlargements, fused.prologue, apart_ns);
    if (fused.prologue.empty()) return false;
    std::ranges::sort(fused.prologue);
    fused.inputs = outside_inputs(graph_, fused);
    const std::optional<double> together_ns = cost_ns(fused), alone_ns = cost_ns(group);
    if (!together_ns || (alone_ns && *together_ns > *alone_ns + apart_ns)) return false;
    fused_.insert(fused.prologue.begin(), fused.prologue.end());
    group = std::move(fused);
    return true;
  }

  /// The operators above `id` that can be fused, down to those whose results are in memory.
  void add_to_prologue(ValueId id, bool enlargements, std::vector<int32_t>& prologue, double& apart_ns) const {
    const int32_t producer = graph_.value(id).producer;
    if (producer < 0 || consumers_[id].size() != 1 || graph_.is_output(id)) return;
    const auto alone = group_of_anchor_.find(producer);  // not a member of an epilogue, nor with one of its own
    if (alone == group_of_anchor_.end() || !grouped_.groups[alone->second].epilogue.empty()) return;
    const Group& group = grouped_.groups[alone->second];
    if (!forced_name({grouped_, group, target_, {}}, options_.forced).empty()) return;
    const Node& node = graph_.nodes[producer];
    if (graph_.type(id).dtype != DType::f32 || graph_.type(id).shape.rank() != 4) return;
    if (const auto* concat = op_cast<Concat>(*node.op); concat && concat->axis == 1) {
      prologue.push_back(producer);
      for (ValueId part : node.inputs) {
        add_to_prologue(part, enlargements, prologue, apart_ns);
      }
    } else if (const auto* resize = op_cast<Resize>(*node.op);
               resize && enlargements && pixel_repeats(*resize, graph_.type(node.inputs[0]))) {
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
      const TensorType& type = graph_.type(id);
      const bool image = type.shape.rank() == 4 && graph_.value(id).producer >= 0;
      problem.views[id] = TensorView::contiguous(type, image ? Layout::channels_last : Layout::row_major);
    }
    const std::string forced = forced_name(problem, options_.forced);
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
