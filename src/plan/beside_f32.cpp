#include "plan/beside_f32.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>

#include "impls/copy/memory_cost.h"
#include "ops/lookup.h"

namespace convoy {

namespace {

/// Below this gain a layer is explained.
constexpr double kClearGain = 1.15;
/// With so few products a result, requantisation takes about as long as they do, or longer.
constexpr double kFewProducts = 32;

/// A plan, by the groups that its steps belong to.
class GroupPlans {
 public:
  GroupPlans(const PlannedNetwork& network, const MeasuredCosts& measured) : network_(network), measured_(measured) {
    const std::vector<Group>& groups = network.grouped.groups;
    for (size_t i = 0; i < groups.size(); ++i) {
      by_name_[groups[i].name] = i;
      by_name_.emplace(network.grouped.graph.value(groups[i].output).name, i);
    }
    costs_.resize(groups.size());
    steps_.resize(groups.size());
    choices_.resize(groups.size());
    for (const GroupChoice& choice : network.plan.choices) add_choice(choice);
    for (const PlanStep& step : network.plan.steps) add_step(step);
  }

  size_t size() const { return costs_.size(); }
  const Group& group(size_t i) const { return network_.grouped.groups[i]; }
  const GroupsCost& cost(size_t i) const { return costs_[i]; }
  /// Null for groups that compute nothing.
  const GroupChoice* choice(size_t i) const { return choices_[i]; }
  const PlanStep* step(size_t i) const { return steps_[i]; }

  std::vector<std::string> member_names(size_t i) const {
    std::vector<std::string> names = {group(i).name};
    for (const EpilogueNode& member : group(i).epilogue)
      names.push_back(network_.grouped.graph.nodes[member.node].name);
    return names;
  }

  /// Whether its loop goes on to a table, as a function of numbers or another scale behind a sum does.
  bool looks_up(size_t i) const {
    return std::ranges::any_of(group(i).epilogue, [&](const EpilogueNode& member) {
      return op_cast<Lookup>(*network_.grouped.graph.nodes[member.node].op) != nullptr;
    });
  }

  std::optional<size_t> find(const std::string& name) const {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  void add_choice(const GroupChoice& choice) {
    const size_t i = by_name_.at(choice.group);
    choices_[i] = &choice;
    const Considered& picked = *std::ranges::find(choice.candidates, choice.picked, &Considered::impl);
    // Copies of inputs are steps of their own.
    const double estimate = picked.cost_ns - picked.conversions_ns;
    costs_[i].add({picked.measured ? picked.measured->ns : estimate, picked.measured.has_value(), {choice.group}});
  }

  void add_step(const PlanStep& step) {
    if (step.choice >= 0) {
      const PlanStep*& first = steps_[by_name_.at(network_.plan.choices[step.choice].group)];
      if (!first) first = &step;
      return;
    }
    // "GROUP.row_major", "GROUP.0" of a concatenation, "VALUE.output".
    const auto owner = find(step.name.substr(0, step.name.rfind('.')));
    if (!owner) return;
    const auto known = measured_.find(step.signature, step.candidate);
    const double estimate = parallel_ns(step.cost_ns, network_.plan.target);
    costs_[*owner].add({known ? known->ns : estimate, known.has_value(), {group(*owner).name}});
  }

  const PlannedNetwork& network_;
  const MeasuredCosts& measured_;
  std::map<std::string, size_t> by_name_;
  std::vector<GroupsCost> costs_;
  std::vector<const GroupChoice*> choices_;
  std::vector<const PlanStep*> steps_;  ///< the first of each
};

/// The m of a Winograd implementation, F(m x m, ..), by its name; 0 of others.
int winograd_outputs(const std::string& impl) {
  constexpr std::string_view kWord = "winograd";
  const size_t at = impl.find(kWord);
  return at == std::string::npos ? 0 : std::atoi(impl.c_str() + at + kWord.size());
}

/// Which groups are one layer.
class Layers {
 public:
  Layers(const GroupPlans& numbers, const GroupPlans& floats, const GroupedGraph& float_groups)
      : numbers_(numbers), floats_(floats), layer_of_float_(floats.size()) {
    std::iota(layer_of_float_.begin(), layer_of_float_.end(), 0);
    join_prologues();
    for (size_t i = 0; i < floats.size(); ++i) {
      for (int32_t member : group_members(floats.group(i)))
        float_group_of_[float_groups.graph.nodes[member].name] = layer_of_float_[i];
    }
  }

  std::vector<BesideF32> run() {
    std::map<size_t, size_t> row_of_layer;
    std::vector<Row> rows;
    for (size_t i = 0; i < numbers_.size(); ++i) {
      const auto layer = layer_of(i);
      if (layer && row_of_layer.contains(*layer)) {
        rows[row_of_layer[*layer]].numbers.push_back(i);
        continue;
      }
      if (layer) row_of_layer[*layer] = rows.size();
      rows.push_back({{i}, {}});
    }
    for (size_t i = 0; i < floats_.size(); ++i) {
      const auto [row, is_new] = row_of_layer.emplace(layer_of_float_[i], rows.size());
      if (is_new) rows.emplace_back();
      rows[row->second].floats.push_back(i);
    }
    std::vector<BesideF32> layers;
    for (const Row& row : rows) {
      BesideF32 layer = layer_of_row(row);
      if (layer.numbers.ns > 0 || layer.floats.ns > 0) layers.push_back(std::move(layer));
    }
    return layers;
  }

 private:
  struct Row {
    std::vector<size_t> numbers, floats;  ///< groups
  };

  /// What a kernel computes as it reads its input is in its time.
  void join_prologues() {
    for (size_t i = 0; i < floats_.size(); ++i) {
      if (!floats_.choice(i)) continue;
      for (const std::string& name : floats_.choice(i)->reads) {
        if (const auto read = floats_.find(name)) layer_of_float_[*read] = i;
      }
    }
  }

  /// By the first member whose name, or the node's name that it begins with, is in the network of floats.
  std::optional<size_t> layer_of(size_t group) const {
    for (std::string name : numbers_.member_names(group)) {
      while (true) {
        const auto found = float_group_of_.find(name);
        if (found != float_group_of_.end()) return found->second;
        const size_t slash = name.rfind('/');
        if (slash == std::string::npos || slash == 0) break;
        name.resize(slash);
      }
    }
    return std::nullopt;
  }

  BesideF32 layer_of_row(const Row& row) const {
    BesideF32 layer;
    for (size_t i : row.numbers) layer.numbers.add(numbers_.cost(i));
    for (size_t i : row.floats) layer.floats.add(floats_.cost(i));
    const auto in_floats = slowest(floats_, row.floats), on_numbers = main_group(row.numbers, in_floats);
    layer.name = on_numbers ? numbers_.group(*on_numbers).name : floats_.group(*in_floats).name;
    layer.detail = in_floats && floats_.step(*in_floats)      ? detail(*floats_.step(*in_floats))
                   : on_numbers && numbers_.step(*on_numbers) ? detail(*numbers_.step(*on_numbers))
                                                              : "";
    layer.why = why(layer, on_numbers, in_floats);
    return layer;
  }

  static std::optional<size_t> slowest(const GroupPlans& plans, const std::vector<size_t>& groups) {
    if (groups.empty()) return std::nullopt;
    return *std::ranges::max_element(groups, {}, [&](size_t i) { return plans.cost(i).ns; });
  }

  /// The one named like the main one of the floats, or else the slowest.
  std::optional<size_t> main_group(const std::vector<size_t>& groups, std::optional<size_t> in_floats) const {
    for (size_t i : groups) {
      if (in_floats && numbers_.group(i).name == floats_.group(*in_floats).name) return i;
    }
    return slowest(numbers_, groups);
  }

  static std::string detail(const PlanStep& step) {
    return step.detail.empty() ? step.op : step.op + " " + step.detail;
  }

  std::string why(const BesideF32& layer, std::optional<size_t> on_numbers, std::optional<size_t> in_floats) const {
    const GroupChoice* number = on_numbers ? numbers_.choice(*on_numbers) : nullptr;
    const GroupChoice* other = in_floats ? floats_.choice(*in_floats) : nullptr;
    if (!in_floats) return "conversion of numbers, nothing in f32";
    if (layer.floats.ns == 0) return "in place in f32";
    if (!number || !other) return "";
    if (number->signature == other->signature) return "computed alike in both";
    if (layer.gain() >= kClearGain) return "";
    if (number->picked == "reference" && other->picked != "reference")
      return fmt::format("no int8 kernel for {}", number->op);
    const int on_numbers_m = winograd_outputs(number->picked), in_f32_m = winograd_outputs(other->picked);
    if (in_f32_m > 0 && on_numbers_m == 0) return "Winograd in f32 only";
    if (in_f32_m > on_numbers_m)
      return fmt::format("larger Winograd tiles in f32: {0}x{0}, not {1}x{1}", in_f32_m, on_numbers_m);
    if (other->picked.find("strassen") != std::string::npos) return "f32 has Strassen's algorithm";
    if (numbers_.looks_up(*on_numbers)) return "ends in a table look-up on numbers";
    const size_t loops = layer.numbers.groups.size(), in_f32 = layer.floats.groups.size();
    const bool mostly_others = numbers_.cost(*on_numbers).ns < layer.numbers.ns / 2;
    const double products = products_a_result(*in_floats);
    if (!mostly_others && products > 0 && products <= kFewProducts)
      return fmt::format("bound by requantisation: {:.0f} products a result", products);
    return loops > in_f32 ? fmt::format("{} loops on numbers, {} in f32", loops, in_f32) : "";
  }

  double products_a_result(size_t in_floats) const {
    const PlanStep* step = floats_.step(in_floats);
    return step
               ? static_cast<double>(step->macs) / static_cast<double>(std::max<int64_t>(1, step->output.shape.elems()))
               : 0;
  }

  const GroupPlans& numbers_;
  const GroupPlans& floats_;
  std::vector<size_t> layer_of_float_;            ///< by group: the group that the layer is named by
  std::map<std::string, size_t> float_group_of_;  ///< by the name of a node: its layer
};

}  // namespace

void GroupsCost::add(const GroupsCost& other) {
  ns += other.ns;
  measured = measured && other.measured;
  for (const std::string& name : other.groups) {
    if (std::ranges::count(groups, name) == 0) groups.push_back(name);
  }
}

std::vector<BesideF32> beside_f32(const PlannedNetwork& quantised, const PlannedNetwork& floats,
                                  const MeasuredCosts& measured) {
  const GroupPlans of_numbers(quantised, measured), of_floats(floats, measured);
  return Layers(of_numbers, of_floats, floats.grouped).run();
}

}  // namespace convoy
