// The Plan as text, for `explain --stage plan`.
#include <fmt/format.h>

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

}  // namespace convoy
