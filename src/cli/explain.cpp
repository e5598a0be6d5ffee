// convoy explain: the stages as text, and why each layer got its kernel.
#include <fmt/ranges.h>
#include <fnmatch.h>

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "cli/assert_choices.h"
#include "cli/beside_f32.h"
#include "cli/commands.h"
#include "cli/compiled_model.h"
#include "cli/layers.h"
#include "cli/options.h"
#include "cli/refusals.h"
#include "cli/table.h"
#include "cli/terminal.h"
#include "cli/units.h"
#include "graph/text.h"
#include "io/files.h"
#include "passes/float_nodes.h"
#include "passes/without_quantization.h"
#include "support/error.h"

namespace convoy::cli {
namespace {

struct ExplainOptions {
  ModelOptions model;
  std::string stage;
  std::string layer;  ///< name or glob
  std::string save_plan;
  bool check = false;  ///< --assert
  AssertOptions asserted;
};

bool matches(const std::string& pattern, const std::string& name) {
  return pattern.empty() || pattern == name || fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
}

/// A few names, so that a wrong pattern can be put right.
std::string some_names(const std::vector<std::string>& names) {
  constexpr size_t kShown = 8;
  const std::vector<std::string> shown(names.begin(), names.begin() + std::min(names.size(), kShown));
  return fmt::format("{}{}", fmt::join(shown, ", "), names.size() > kShown ? ", ..." : "");
}

[[noreturn]] void no_such_layer(const std::string& pattern, const std::vector<std::string>& names) {
  usage_error("--layer '{}' matches no layer; there are {}: {}", pattern, names.size(), some_names(names));
}

std::string estimate(const Considered& candidate) {
  return "~" + time_text(candidate.cost_ns);
}

/// "1.05 ms" with half the spread of its runs, "+- 2%".
std::string measured(const Considered& candidate) {
  if (!candidate.measured) return "";
  const auto [ns, spread, runs] = *candidate.measured;
  return fmt::format("{} +-{:.0f}%", time_text(ns + candidate.conversions_ns), spread * 50);
}

/// Measured candidates first, then by estimated time; those that refused last.
std::vector<Considered> by_cost(std::vector<Considered> candidates) {
  const auto order = [](const Considered& c) {
    return std::tuple(!c.refusal.empty(), !c.measured, c.refusal.empty() ? c.known_ns() : 0);
  };
  std::ranges::stable_sort(candidates, [&](const auto& a, const auto& b) { return order(a) < order(b); });
  return candidates;
}

/// "<--", and why when it is not the fastest.
std::string pick(const Considered& picked, const Considered& fastest) {
  if (picked.packed_bytes >= fastest.packed_bytes) return "<--";
  return fmt::format("<-- as good, and packs {:.3g} MB of weights, not {:.3g}", picked.packed_bytes / 1e6,
                     fastest.packed_bytes / 1e6);
}

/// The first step that computes the group, which may have several, "conv1.transform" for example; null when
/// there is none. Conversions of its inputs have another operator.
const PlanStep* step_of(const Plan& plan, const GroupChoice& choice) {
  for (const PlanStep& step : plan.steps) {
    const bool own = step.name == choice.group || step.name.starts_with(choice.group + ".");
    if (own && step.op == choice.op) return &step;
  }
  return nullptr;
}

void print_choice(const GroupChoice& choice, const PlanStep* step) {
  const std::string detail = step && !step->detail.empty() ? " " + step->detail : "";
  fmt::print("{}: {}{}{}\n", choice.group, choice.op, detail, step ? " -> " + step->output.str() : "");
  Table table({{""}, {""}, {"", Align::right}, {"", Align::right}, {""}});
  const std::vector<Considered> sorted = by_cost(choice.candidates);
  for (const Considered& candidate : sorted) {
    if (!candidate.refusal.empty()) continue;
    const bool picked = candidate.impl == choice.picked;
    table.add(
        {"", candidate.impl, measured(candidate), estimate(candidate), picked ? pick(candidate, sorted.front()) : ""});
  }
  fmt::print("{}{}", table.str(), refusals_text(sorted));
}

/// With the candidates that come first: those that accept, a few at most.
GroupChoice best_of(GroupChoice choice) {
  constexpr size_t kShown = 4;
  choice.candidates = by_cost(std::move(choice.candidates));
  std::erase_if(choice.candidates, [](const Considered& candidate) { return !candidate.refusal.empty(); });
  if (choice.candidates.size() > kShown) choice.candidates.resize(kShown);
  return choice;
}

void print_choices(const Plan& plan, const std::string& pattern) {
  std::vector<std::string> names;
  bool found = false;
  for (const GroupChoice& choice : plan.choices) {
    names.push_back(choice.group);
    if (!matches(pattern, choice.group) && !matches(pattern, choice.op)) continue;
    found = true;
    print_choice(choice, step_of(plan, choice));
  }
  if (!found && !pattern.empty()) no_such_layer(pattern, names);
  fmt::print(
      "\n<-- is the pick. Times are for {}, copies of inputs to other layouts included: measured by convoy tune\n"
      "(with half the spread of the runs), and ~ estimated by the cost model.\n",
      threads_text(plan.target.threads));
}

/// What of a quantised network is not computed on integers.
void print_float_nodes(const std::vector<FloatNode>& nodes, const std::string& pattern) {
  bool first = true;
  for (const FloatNode& node : nodes) {
    if (!matches(pattern, node.name) && !matches(pattern, node.op)) continue;
    if (std::exchange(first, false)) fmt::print("\nComputed on floats, though the network is quantised:\n");
    fmt::print("  {} ({}): {}\n", node.name, node.op, node.why);
  }
}

/// The network that a quantised one stands for, with its plan.
struct InFloats {
  GroupedGraph grouped;
  Plan plan;
};

/// Throws Error.
InFloats plan_in_floats(const std::string& model, const CompileOptions& compile, const Target& target) {
  const CompileOptions options = options_in_floats(compile);
  GroupedGraph grouped = make_groups(run_passes(load_in_floats(model, options)));
  Plan plan = draft_plan(grouped, target, choice_options(options, target));
  return {std::move(grouped), std::move(plan)};
}

bool matches(const std::string& pattern, const BesideF32& layer, const Plan& plan) {
  return pattern.empty() || std::ranges::any_of(layer.numbers.groups, [&](const std::string& group) {
           const auto choice = std::ranges::find(plan.choices, group, &GroupChoice::group);
           return matches(pattern, group) || (choice != plan.choices.end() && matches(pattern, choice->op));
         });
}

/// With a pattern, the layers that it matches, and what else could compute them in f32.
void print_beside_f32(const GroupedGraph& grouped, const Plan& plan, const InFloats& floats,
                      const MeasuredCosts& measured, const ExplainOptions& options) {
  std::vector<BesideF32> layers = beside_f32({grouped, plan}, {floats.grouped, floats.plan}, measured);
  std::erase_if(layers, [&](const BesideF32& layer) { return !matches(options.layer, layer, plan); });
  fmt::print("{}", beside_f32_text(layers, options.model.model, options.layer.empty()));
  if (options.layer.empty() || layers.empty()) return;
  fmt::print("\nIn f32:\n");
  for (const BesideF32& layer : layers) {
    for (const GroupChoice& choice : floats.plan.choices) {
      if (std::ranges::count(layer.floats.groups, choice.group) > 0)
        print_choice(best_of(choice), step_of(floats.plan, choice));
    }
  }
}

/// Of a quantised network. One of which there is no form in f32 is none the less explained.
void compare_with_f32(const GroupedGraph& grouped, const Plan& plan, const CompileOptions& compile,
                      const ExplainOptions& options) {
  if (!multiplies_integers(grouped.graph)) return;
  try {
    const InFloats floats = plan_in_floats(options.model.model, compile, plan.target);
    print_beside_f32(grouped, plan, floats, choice_options(compile, plan.target).measured, options);
  } catch (const Error& error) {
    fmt::print("\nNot compared with f32: {}\n", error.what());
  }
}

/// IR or assembly of the kernels of the matching steps, each kernel once.
void print_kernels(const Plan& plan, const std::string& pattern, std::string (*print)(const KernelSpec&, const Isa&)) {
  std::set<std::string> printed;
  std::vector<std::string> names;
  bool found = false;
  for (const PlanStep& step : plan.steps) {
    names.push_back(step.name);
    if (!matches(pattern, step.name) && !matches(pattern, step.op)) continue;
    found = true;
    if (step.kernel < 0) {
      fmt::print("; {}: {} runs on the host, no code is generated\n", step.name, step.impl);
      continue;
    }
    const KernelSpec& kernel = plan.kernels[step.kernel];
    if (!printed.insert(kernel.name + kernel.key).second) continue;
    fmt::print("; {}: {}\n{}\n", step.name, kernel.name, print(kernel, plan.target.isa));
  }
  if (!found && !pattern.empty()) no_such_layer(pattern, names);
}

void print_stage(const ExplainOptions& options) {
  const CompileOptions compile = compile_options(options.model);
  Graph graph = load_model(options.model.model, compile);
  if (options.stage == "import") return fmt::print("{}", to_text(graph));
  const std::vector<FloatNode> in_floats = options.stage.empty() ? float_nodes(graph) : std::vector<FloatNode>();
  graph = run_passes(std::move(graph));
  if (options.stage == "graph") return fmt::print("{}", to_text(graph));
  const GroupedGraph grouped = make_groups(std::move(graph), compile.precision);
  if (options.stage == "groups") return fmt::print("{}", to_text(grouped));
  const Target target = make_target(compile);
  const Plan plan = plan_network(grouped, target, compile);
  if (!options.save_plan.empty()) save_plan(options.save_plan, plan);
  if (options.stage == "plan") return fmt::print("{}", to_text(plan));
  if (options.stage == "llvm") return print_kernels(plan, options.layer, kernel_ir);
  if (options.stage == "asm") return print_kernels(plan, options.layer, kernel_asm);
  print_choices(plan, options.layer);
  print_float_nodes(in_floats, options.layer);
  compare_with_f32(grouped, plan, compile, options);
}

int explain(const ExplainOptions& options) {
  const bool by_layer = options.stage.empty() || options.stage == "llvm" || options.stage == "asm";
  if (options.check) {
    if (!options.stage.empty() || !options.layer.empty() || !options.save_plan.empty())
      usage_error("--assert does not go with --stage, --layer and --save-plan");
    return assert_choices(options.model, options.asserted);
  }
  const bool has_plan = by_layer || options.stage == "plan";
  if (!has_plan && !options.save_plan.empty()) usage_error("--save-plan does not go with --stage {}", options.stage);
  if (!by_layer && !options.layer.empty()) usage_error("--layer does not go with --stage {}", options.stage);
  if (!options.save_plan.empty()) check_writable(options.save_plan);
  print_stage(options);
  return 0;
}

}  // namespace

void add_explain(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("explain", "Show what was chosen for each layer and why, or a stage as text");
  auto options = std::make_shared<ExplainOptions>();
  add_model_options(*command, options->model);
  command->add_option("--stage", options->stage, "print a stage: import, graph (optimised), groups, plan, llvm, asm")
      ->check(CLI::IsMember({"import", "graph", "groups", "plan", "llvm", "asm"}));
  command->add_option("--layer", options->layer, "only layers of this name, glob or operator");
  add_save_plan_option(*command, options->save_plan);
  CLI::Option* check =
      command->add_flag("--assert", options->check, "measure all candidates now; fail if a pick is slow");
  command->add_option("--tolerance", options->asserted.tolerance, "percent that --assert allows (default 5)")
      ->check(CLI::Range(0.0, 1000.0))
      ->needs(check);
  command->add_option("--budget", options->asserted.budget_s, "seconds that --assert may measure (default 120)")
      ->check(CLI::Range(0.1, 86400.0))
      ->needs(check);
  command->footer(
      "Example: convoy explain resnet18.onnx --layer 'layer1*'\n"
      "In a test: convoy explain resnet18.onnx --plan plan.json --assert --tolerance 10");
  command->callback([options, &action] { action = [options] { return explain(*options); }; });
}

}  // namespace convoy::cli
