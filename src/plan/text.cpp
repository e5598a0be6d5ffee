// The Plan as text, for `explain --stage plan`, and the choice in it, for plan files.
#include <fmt/format.h>

#include <algorithm>

#include "plan/plan.h"

namespace convoy {

namespace {

std::string to_text(const Location& location) {
  switch (location.space) {
    case Location::Space::arena:
      return fmt::format("arena+{}", location.offset);
    case Location::Space::constant:
      return fmt::format("const{}", location.index);
    case Location::Space::input:
      return fmt::format("in{}{}", location.index, location.offset ? fmt::format("+{}", location.offset) : "");
    case Location::Space::output:
      return fmt::format("out{}{}", location.index, location.offset ? fmt::format("+{}", location.offset) : "");
  }
  return "?";
}

std::string to_text(const PlanStep& step) {
  std::string args;
  for (const Location& arg : step.args) args += (args.empty() ? "" : ", ") + to_text(arg);
  const std::string detail = step.detail.empty() ? "" : " [" + step.detail + "]";
  return fmt::format("{}: {}{} -> {} = {}({}) tasks {}x{} of {}x{}", step.name, step.op, detail, step.output.str(),
                     step.impl, args, step.row_tasks, step.col_tasks, step.rows, step.cols);
}

}  // namespace

std::string to_text(const Plan& plan) {
  std::string text = fmt::format("plan {} for {}, {} thread{}\n", plan.name, plan.target.isa.name, plan.target.threads,
                                 plan.target.threads == 1 ? "" : "s");
  for (const Port& port : plan.inputs) text += fmt::format("input {} {}\n", port.name, port.type.str());
  for (const PlanStep& step : plan.steps) text += to_text(step) + "\n";
  for (const Port& port : plan.outputs) text += fmt::format("output {} {}\n", port.name, port.type.str());
  text += fmt::format("arena {} bytes (at least {} are live at once), scratch {} bytes a thread, weights {} bytes\n",
                      plan.arena_bytes, plan.peak_live_bytes, plan.scratch_bytes, plan.weights_bytes);
  return text;
}

SavedPlan saved_plan(const Plan& plan) {
  SavedPlan saved{.network = plan.name, .isa = plan.target.isa.name, .threads = plan.target.threads, .layers = {}};
  for (const GroupChoice& choice : plan.choices) {
    SavedLayer layer{.name = choice.group, .op = choice.op, .impl = choice.picked, .reads = choice.reads};
    for (const Considered& considered : choice.candidates) {
      if (!considered.refusal.empty()) continue;
      const double ms = considered.known_ns() / 1e6;
      if (considered.impl == choice.picked)
        layer.ms = ms;
      else
        layer.others.emplace_back(considered.impl, ms);
    }
    std::ranges::sort(layer.others, {}, [](const auto& other) { return other.second; });
    saved.layers.push_back(std::move(layer));
  }
  return saved;
}

}  // namespace convoy
