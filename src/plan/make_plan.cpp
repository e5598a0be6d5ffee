// From groups to a Plan: an implementation and a place for every group's result, conversions where a
// kernel needs another layout, and the division of each step among threads.
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "choose/assign.h"
#include "choose/prologues.h"
#include "choose/signature.h"
#include "impls/detail.h"
#include "ops/concat.h"
#include "plan/divide.h"
#include "plan/memory_planner.h"
#include "plan/placement.h"
#include "plan/plan.h"
#include "support/error.h"
#include "support/int_math.h"
#include "support/parallel_for.h"

namespace convoy {

namespace {

class PlanMaker {
 public:
  PlanMaker(GroupedGraph grouped, const Target& target, const ChoiceOptions& options)
      : grouped_(std::move(grouped)),
        graph_(grouped_.graph),
        target_(target),
        options_(options),
        assignment_(assign(grouped_, target, options)),
        placement_(grouped_),
        last_use_(last_uses(grouped_)),
        finished_by_(finishing_groups(grouped_)) {
    plan_.name = graph_.name;
    plan_.precision = grouped_.precision;
    plan_.target = target;
    for (ValueId id : graph_.inputs) plan_.inputs.push_back({graph_.value(id).name, graph_.type(id)});
    for (ValueId id : graph_.outputs) plan_.outputs.push_back({graph_.value(id).name, grouped_.stored_type(id)});
  }

  /// With `packed` false, the weights' places stay empty.
  Plan make(bool packed) {
    for (const Group& group : grouped_.groups) {
      with_context(describe(graph_.nodes[group.anchor]), [&] { add_group(group); });
      for (auto [begin, end] = finished_by_.equal_range(&group); begin != end; ++begin) finish_output(begin->second);
      free_constants(group);
    }
    for (auto [begin, end] = finished_by_.equal_range(nullptr); begin != end; ++begin) finish_output(begin->second);
    place_buffers();
    for (const Tensor& constant : plan_.constants) plan_.weights_bytes += constant.empty() ? 0 : constant.bytes();
    for (const auto& [index, packing] : packed_later_) plan_.weights_bytes += packing.bytes;
    if (packed) pack_constants();
    plan_.macs = graph_.macs();
    return std::move(plan_);
  }

 private:
  void add_group(const Group& group) {
    const Node& node = graph_.nodes[group.anchor];
    if (op_cast<Concat>(*node.op) && add_concat(group, node)) return;
    if (group.epilogue.empty() && add_view(node)) return;

    Problem problem{grouped_, group, target_, {}};
    for (ValueId id : group.inputs) problem.views[id] = place_of_input(id).at.view;
    const std::string signature = group_signature(grouped_, group);
    const Assigned& assigned = assignment_.at(group.anchor);
    for (auto [id, layout] : assigned.copied) convert(group, id, layout, problem);
    Choice choice = choose_impl(problem, signature, options_, assigned.impl);
    if (choice.proposal.output_demand == Demand::any) choice.proposal.output = assigned.output;
    plan_.choices.push_back({group.name, node.op->name(), signature, choice.impl->name(), choice.considered, {}});
    for (int32_t fused : group.prologue) plan_.choices.back().reads.push_back(graph_.nodes[fused].name);
    convert_inputs(group, choice.proposal, problem);
    place_outputs(group, choice.proposal);
    for (ValueId id : node.outputs) {
      if (placement_.has(id)) problem.views[id] = placement_.of(id).at.view;
    }
    problem.views[group.output] = placement_.of(group.output).at.view;
    add_steps(choice.impl->lower(problem), group, problem, choice);
    converted_now_.clear();
  }

  /// Constants that implementations do not pack get a place of their own when they are first asked for.
  const Place& place_of_input(ValueId id) {
    if (!placement_.has(id)) {
      const Value& value = graph_.value(id);
      if (!value.constant) internal_error("'{}' is used before it is computed", value.name);
      placement_.set(id, constant_place(*value.constant));
    }
    return placement_.of(id);
  }

  Place constant_place(const Tensor& tensor) {
    const int32_t buffer = placement_.add_buffer({Location::Space::constant, -1, tensor.bytes()});
    unused_constants_[buffer] = tensor;
    return {buffer, {TensorView::contiguous(tensor.type(), Layout::row_major), 0}};
  }

  bool add_view(const Node& node) {
    if (!is_view_op(*node.op)) return false;
    place_of_input(node.inputs[0]);
    auto place = placement_.view(node);
    if (!place) return false;
    last_use_.erase(node.inputs[0]);  // the view goes on reading it
    placement_.set(node.outputs[0], *place);
    return true;
  }

  /// Copies the inputs of a concat that were not written in place.
  bool add_concat(const Group& group, const Node& node) {
    if (!group.epilogue.empty() || size_of(graph_.type(node.outputs[0]).dtype) != 4) return false;
    placement_.concat_output(node);
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const Place source = place_of_input(node.inputs[i]);
      const Place target = placement_.slice(node, i);
      if (same(source, target)) continue;
      add_copy(fmt::format("{}.{}", group.name, i), "concat", source, target, node.inputs[i]);
    }
    return true;
  }

  static bool same(const Place& a, const Place& b) {
    return a.buffer == b.buffer && a.at.offset_elems == b.at.offset_elems && a.at.view == b.at.view;
  }

  void add_copy(const std::string& name, const std::string& op, const Place& from, const Place& to, ValueId id) {
    constexpr ValueId kFrom = -2, kTo = -3;  // stand-ins: the copy is between places, not values
    const Lowered lowered = lower_copy(from.at.view, to.at.view, target_, kFrom, kTo);
    const auto stored = [&](ValueId end) { return (end == kFrom ? from : to).at.view.dtype; };
    for (const StepSpec& spec : lowered.steps) {
      PlanStep step = new_step(spec, stored, name, op, "copy");
      step.output = {to.at.view.dtype, graph_.type(id).shape};
      step.signature = copy_signature(step.output);
      step.candidate = copy_candidate(from.at.view, to.at.view);
      step.bytes = 2 * step.output.bytes();
      for (const StepArg& arg : spec.args) {
        if (const auto* value = std::get_if<ValueArg>(&arg)) {
          step.args.push_back(locate(value->value == kFrom ? from : to));
        } else {
          step.args.push_back(locate_constant(std::get<Tensor>(arg)));
        }
      }
      push(std::move(step));
    }
  }

  /// Copies inputs whose memory is not what the implementation asks for.
  void convert_inputs(const Group& group, const Proposal& proposal, Problem& problem) {
    for (auto [id, demand] : proposal.demands) {
      if (!problem.views.contains(id) || satisfies(problem.views[id], demand)) continue;
      convert(group, id, demand == Demand::row_major ? Layout::row_major : Layout::channels_last, problem);
    }
  }

  /// A copy of the value in another layout, which is kept for later groups that ask the same.
  void convert(const Group& group, ValueId id, Layout layout, Problem& problem) {
    auto known = conversions_.find({id, layout});
    if (known == conversions_.end()) {
      const Place fresh = placement_.allocate(id, layout);
      add_copy(fmt::format("{}.{}", group.name, to_string(layout)), "layout", placement_.of(id), fresh, id);
      known = conversions_.emplace(std::pair(id, layout), fresh).first;
    }
    converted_now_[id] = known->second;
    problem.views[id] = known->second.at.view;
  }

  void place_outputs(const Group& group, const Proposal& proposal) {
    std::vector<ValueId> outputs = {group.output};
    if (group.epilogue.empty()) outputs = graph_.nodes[group.anchor].outputs;
    const Demand demand = proposal.output_demand.value_or(proposal.output == Layout::row_major ? Demand::row_major
                                                                                               : Demand::channels_last);
    for (ValueId id : outputs) {
      if (placement_.has(id)) continue;
      auto place = placement_.home(id);
      if (!place || !satisfies(place->at.view, demand)) place = place_of_operand(group, proposal, demand);
      placement_.set(id, place ? *place : placement_.allocate(id, proposal.output));
    }
  }

  /// Of an operand of the epilogue that nobody reads later: the result may take its place.
  std::optional<Place> place_of_operand(const Group& group, const Proposal& proposal, Demand demand) {
    if (!proposal.in_place) return std::nullopt;
    for (ValueId id : group.inputs) {
      const auto last = last_use_.find(id);
      const bool dies = last != last_use_.end() && last->second == &group;
      if (!dies || read_before_epilogue(group, id) || graph_.type(id) != graph_.type(group.output)) continue;
      if (!placement_.has(id) || converted_now_.contains(id)) continue;
      const Place& place = placement_.of(id);
      if (placement_.buffer(place).space != Location::Space::arena || !placement_.alone(place)) continue;
      const bool stored_alike = place.at.view.dtype == grouped_.stored_type(group.output).dtype;
      if (stored_alike && satisfies(place.at.view, demand)) return place;
    }
    return std::nullopt;
  }

  /// Whether the anchor or the prologue reads the value, at other elements than the one to be written.
  bool read_before_epilogue(const Group& group, ValueId id) const {
    std::vector<int32_t> nodes = group.prologue;
    if (!is_elementwise(*graph_.nodes[group.anchor].op)) nodes.push_back(group.anchor);
    return std::ranges::any_of(nodes,
                               [&](int32_t node) { return std::ranges::count(graph_.nodes[node].inputs, id) > 0; });
  }

  void add_steps(const Lowered& lowered, const Group& group, const Problem& problem, const Choice& choice) {
    std::vector<int32_t> temps;
    for (int64_t bytes : lowered.temp_bytes) {
      temps.push_back(placement_.add_buffer({.bytes = bytes, .name = group.name + ".temp"}));
    }
    const Node& node = graph_.nodes[group.anchor];
    const auto stored = [&](ValueId id) { return problem.stored_type(id).dtype; };
    for (const StepSpec& spec : lowered.steps) {
      PlanStep step = new_step(spec, stored, group.name + spec.suffix, node.op->name(), choice.proposal.variant);
      step.choice = static_cast<int32_t>(plan_.choices.size()) - 1;
      step.signature = plan_.choices.back().signature;
      step.candidate = choice.considered[choice.picked].candidate;
      step.output = problem.stored_type(group.output);
      step.detail = step_detail(problem);
      const int64_t macs = node.op->macs(graph_.input_types(node), graph_.output_types(node));
      step.macs = std::llround(spec.macs_share * static_cast<double>(macs));
      for (const StepArg& arg : spec.args) step.args.push_back(locate(arg, temps));
      step.bytes = step.output.bytes();
      for (ValueId id : group.inputs) step.bytes += problem.bytes(id);
      push(std::move(step));
    }
  }

  /// `stored` tells how values are stored.
  PlanStep new_step(const StepSpec& spec, const std::function<DType(ValueId)>& stored, const std::string& name,
                    const std::string& op, const std::string& impl) {
    PlanStep step;
    step.name = name;
    step.op = op;
    step.impl = spec.host ? impl : spec.kernel.name;
    step.cost_ns = spec.cost_ns;
    step.host = spec.host;
    step.rows = spec.rows;
    step.cols = spec.cols;
    if (!spec.host) {
      step.kernel = static_cast<int32_t>(plan_.kernels.size());
      plan_.kernels.push_back(spec.kernel);
      plan_.kernels.back().stored = stored_types(spec, stored);
      std::tie(step.row_tasks, step.col_tasks) = divide_step(spec, target_.threads);
    }
    plan_.scratch_bytes = std::max(plan_.scratch_bytes, spec.scratch_bytes);
    return step;
  }

  Location locate(const StepArg& arg, const std::vector<int32_t>& temps) {
    if (const auto* tensor = std::get_if<Tensor>(&arg)) return locate_constant(*tensor);
    if (const auto* packed = std::get_if<PackedArg>(&arg)) {
      packed_later_.emplace_back(plan_.constants.size(), *packed);
      return locate_constant(Tensor());
    }
    if (const auto* temp = std::get_if<TempArg>(&arg)) return locate({temps[temp->index], {}});
    const ValueId id = std::get<ValueArg>(arg).value;
    auto converted = converted_now_.find(id);
    return locate(converted != converted_now_.end() ? converted->second : placement_.of(id));
  }

  /// The location's offset is in elements of the buffer's place until place_buffers knows where that is.
  Location locate(const Place& place) {
    Buffer& buffer = placement_.buffer(place);
    if (buffer.space == Location::Space::constant && buffer.index < 0) {
      buffer.index = static_cast<int32_t>(plan_.constants.size());
      plan_.constants.push_back(unused_constants_.at(place.buffer));
    }
    const auto now = static_cast<int32_t>(plan_.steps.size());
    if (buffer.first_step < 0) buffer.first_step = now;
    buffer.last_step = now;
    const int64_t offset_bytes = place.at.offset_elems * size_of(place.at.view.dtype);
    return {buffer.space, buffer.space == Location::Space::arena ? place.buffer : buffer.index, offset_bytes};
  }

  Location locate_constant(const Tensor& tensor) {
    plan_.constants.push_back(tensor);
    return {Location::Space::constant, static_cast<int32_t>(plan_.constants.size()) - 1, 0};
  }

  /// Each closure goes as soon as it has packed, and with it the weights that it packed from.
  void pack_constants() {
    parallel_for(packed_later_.size(), static_cast<int>(std::max(1u, std::thread::hardware_concurrency())),
                 [&](size_t i) {
                   auto& [index, packing] = packed_later_[i];
                   plan_.constants[index] = packing.pack();
                   if (plan_.constants[index].bytes() != packing.bytes)
                     internal_error("packed weights have another size");
                   packing.pack = nullptr;
                 });
  }

  void push(PlanStep step) { plan_.steps.push_back(std::move(step)); }

  /// Copies a network output that was not written in place: a constant, an input, a value in another layout.
  void finish_output(size_t index) {
    const ValueId id = graph_.outputs[index];
    const Place source = place_of_input(id);
    const Buffer& buffer = placement_.buffer(source);
    const bool in_place = buffer.space == Location::Space::output && buffer.index == static_cast<int32_t>(index) &&
                          source.at.offset_elems == 0 && source.at.view.is_contiguous(Layout::row_major);
    if (in_place) return;
    const int32_t output = output_buffer(static_cast<int32_t>(index));
    const Place target{output, {TensorView::contiguous(grouped_.stored_type(id), Layout::row_major), 0}};
    add_copy(graph_.value(id).name + ".output", "layout", source, target, id);
  }

  int32_t output_buffer(int32_t port) {
    auto& buffers = placement_.buffers();
    for (size_t i = 0; i < buffers.size(); ++i) {
      if (buffers[i].space == Location::Space::output && buffers[i].index == port) return static_cast<int32_t>(i);
    }
    internal_error("output {} has no buffer", port);
  }

  /// Offsets of the arena's buffers by their lifetimes; then locations of the arena become final.
  void place_buffers() {
    std::vector<BufferLifetime> lifetimes;
    std::vector<ArenaBuffer>& buffers = plan_.arena_buffers;
    std::map<int32_t, size_t> lifetime_of;
    for (size_t i = 0; i < placement_.buffers().size(); ++i) {
      const Buffer& buffer = placement_.buffers()[i];
      if (buffer.space != Location::Space::arena || buffer.first_step < 0) continue;
      lifetime_of[static_cast<int32_t>(i)] = lifetimes.size();
      lifetimes.push_back({buffer.bytes, buffer.first_step, buffer.last_step});
      buffers.push_back({buffer.name, 0, round_up(buffer.bytes, kArenaAlignment), buffer.first_step, buffer.last_step});
    }
    const MemoryPlan arena = plan_memory(lifetimes);
    plan_.arena_bytes = arena.arena_bytes;
    plan_.peak_live_bytes = arena.lower_bound;
    for (size_t i = 0; i < buffers.size(); ++i) buffers[i].offset = arena.offsets[i];
    for (PlanStep& step : plan_.steps) {
      for (Location& location : step.args) {
        if (location.space != Location::Space::arena) continue;
        location.offset += buffers[lifetime_of.at(location.index)].offset;
        location.index = 0;
      }
    }
  }

  /// The last group that reads each value that is not a network output.
  static std::map<ValueId, const Group*> last_uses(const GroupedGraph& grouped) {
    std::map<ValueId, const Group*> last;
    for (const Group& group : grouped.groups) {
      for (ValueId id : group.inputs) last[id] = &group;
    }
    for (ValueId id : grouped.graph.outputs) last.erase(id);
    return last;
  }

  /// The last group that reads or makes the memory of each network output, null where none does: behind it the output
  /// is copied, while it is warm, and its memory is free.
  static std::multimap<const Group*, size_t> finishing_groups(const GroupedGraph& grouped) {
    const Graph& graph = grouped.graph;
    std::vector<ValueId> memory(graph.values.size());  // the value whose memory each is a view of
    std::iota(memory.begin(), memory.end(), 0);
    std::map<ValueId, const Group*> last;
    for (const Group& group : grouped.groups) {
      const Node& node = graph.nodes[group.anchor];
      if (group.epilogue.empty() && is_view_op(*node.op)) memory[node.outputs[0]] = memory[node.inputs[0]];
      for (ValueId id : group.inputs) last[memory[id]] = &group;
      for (ValueId id : node.outputs) last[memory[id]] = &group;
      last[memory[group.output]] = &group;
    }
    std::multimap<const Group*, size_t> outputs;
    for (size_t i = 0; i < graph.outputs.size(); ++i) {
      const auto found = last.find(memory[graph.outputs[i]]);
      outputs.emplace(found == last.end() ? nullptr : found->second, i);
    }
    return outputs;
  }

  /// Weights that no later group reads live on as the implementation has packed them, if at all.
  void free_constants(const Group& group) {
    for (ValueId id : group.inputs) {
      const auto last = last_use_.find(id);
      if (last == last_use_.end() || last->second != &group || !graph_.is_constant(id)) continue;
      grouped_.graph.values[id].constant.reset();
      if (placement_.has(id)) unused_constants_.erase(placement_.of(id).buffer);
    }
  }

  GroupedGraph grouped_;
  const Graph& graph_;
  const Target& target_;
  const ChoiceOptions& options_;
  Assignment assignment_;
  Placement placement_;
  Plan plan_;
  std::map<std::pair<ValueId, Layout>, Place> conversions_;
  std::map<ValueId, const Group*> last_use_;
  std::multimap<const Group*, size_t> finished_by_;
  std::map<ValueId, Place> converted_now_;                  ///< of the group being added
  std::vector<std::pair<size_t, PackedArg>> packed_later_;  ///< index into Plan::constants
  std::map<int32_t, Tensor> unused_constants_;              ///< by buffer; a step's use makes them part of the plan
};

}  // namespace

Plan make_plan(GroupedGraph grouped, const Target& target, const ChoiceOptions& options) {
  check_forced(grouped, options);
  return PlanMaker(fuse_prologues(std::move(grouped), target, options), target, options).make(true);
}

Plan draft_plan(GroupedGraph grouped, const Target& target, const ChoiceOptions& options) {
  check_forced(grouped, options);
  return PlanMaker(fuse_prologues(std::move(grouped), target, options), target, options).make(false);
}

}  // namespace convoy
