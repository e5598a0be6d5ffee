// convoy info: what a network is, and whether Convoy can compile it.
#include <algorithm>

#include "cli/commands.h"
#include "cli/compiled_model.h"
#include "cli/layers.h"
#include "cli/options.h"
#include "cli/table.h"
#include "cli/terminal.h"
#include "cli/units.h"
#include "frontends/summary.h"
#include "io/files.h"
#include "passes/float_nodes.h"
#include "support/error.h"

namespace convoy::cli {
namespace {

struct InfoOptions {
  ModelOptions model;
  std::string json;
};

/// Results of the stages up to the plan: nothing is compiled or run.
struct Planned {
  Graph imported;
  GroupedGraph grouped;
  Plan plan;
};

Planned plan_model(const std::string& path, const CompileOptions& options) {
  Planned planned;
  const Target target = make_target(options);
  planned.imported = load_model(path, options);
  planned.grouped = make_groups(run_passes(planned.imported), options.precision);
  planned.plan = plan_network(planned.grouped, target, options);
  return planned;
}

struct Parameters {
  int64_t count = 0, bytes = 0;
};

/// Constants that nodes read, each once.
Parameters parameters(const Graph& graph) {
  Parameters result;
  const auto consumers = graph.consumers();
  for (size_t id = 0; id < graph.values.size(); ++id) {
    if (!graph.values[id].constant || consumers[id].empty()) continue;
    result.count += graph.values[id].type.shape.elems();
    result.bytes += graph.values[id].type.bytes();
  }
  return result;
}

std::map<std::string, int> operators_of(const Graph& graph) {
  std::map<std::string, int> counts;
  for (const Node& node : graph.nodes) ++counts[node.op->name()];
  return counts;
}

/// "Conv 20, Relu 17, ...", the commonest first.
std::string histogram_text(const std::map<std::string, int>& counts) {
  std::vector<std::pair<std::string, int>> sorted(counts.begin(), counts.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string text;
  for (const auto& [name, count] : sorted) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, count);
  return text.empty() ? "none" : text;
}

std::vector<Port> ports_of(const Graph& graph, const std::vector<ValueId>& ids) {
  std::vector<Port> ports;
  for (ValueId id : ids) ports.push_back({graph.value(id).name, graph.type(id)});
  return ports;
}

/// "u8[1x224x224x3], scale 0.0078, zero point 128".
std::string port_text(const std::string& type, const std::optional<Quantisation>& quantisation) {
  if (!quantisation) return type;
  return fmt::format("{}, scale {:g}, zero point {}", type, quantisation->scale, quantisation->zero);
}

std::optional<Quantisation> quantisation_of(const std::vector<SummaryPort>& ports, const std::string& name) {
  for (const SummaryPort& port : ports) {
    if (port.name == name) return port.quantisation;
  }
  return {};
}

void print_declared(Table& table, const ModelSummary& summary) {
  table.add({"format", summary.format});
  if (!summary.producer.empty()) table.add({"producer", summary.producer});
  for (const SummaryPort& input : summary.inputs) {
    table.add({"input", fmt::format("{}  {}", input.name, port_text(input.type, input.quantisation))});
  }
  table.add({"operators", histogram_text(summary.operators)});
}

/// "bf16 for 52 values between groups; f32 for 'data' (a network input), ...".
std::string precision_text(const GroupedGraph& grouped) {
  constexpr size_t kMostNames = 8;
  std::string kept;
  size_t named = 0;
  for (const auto& [id, why] : grouped.kept_f32) {
    if (++named > kMostNames) continue;
    kept += fmt::format("{}{} ({})", kept.empty() ? "" : ", ", grouped.graph.value(id).name, why);
  }
  if (named > kMostNames) kept += fmt::format(" and {} more: explain --stage groups", named - kMostNames);
  return fmt::format("bf16 for {} values between groups; f32 for {}", grouped.stored_as_bf16.size(), kept);
}

/// "add 10: why", one row an operator and reason.
void print_float_nodes(Table& table, const Graph& imported) {
  std::map<std::pair<std::string, std::string>, int> counts;
  for (const FloatNode& node : float_nodes(imported)) ++counts[{node.op, node.why}];
  for (const auto& [what, count] : counts) {
    table.add({"in floats", fmt::format("{} {}: {}", what.first, count, what.second)});
  }
}

void print_planned(Table& table, const Planned& planned, const ModelSummary& summary) {
  for (const Port& port : ports_of(planned.imported, planned.imported.inputs)) {
    table.add({"compiled for", fmt::format("{}  {}", port.name, port.type.str())});
  }
  for (const Port& port : ports_of(planned.imported, planned.imported.outputs)) {
    const auto quantisation = quantisation_of(summary.outputs, port.name);
    table.add({"output", fmt::format("{}  {}", port.name, port_text(port.type.str(), quantisation))});
  }
  const Parameters weights = parameters(planned.imported);
  const Plan& plan = planned.plan;
  table.add({"parameters",
             fmt::format("{} ({})", count_text(static_cast<double>(weights.count)), bytes_text(weights.bytes))});
  table.add({"work", count_text(static_cast<double>(planned.imported.macs())) + "MAC a run"});
  table.add({"optimised", histogram_text(operators_of(planned.grouped.graph))});
  print_float_nodes(table, planned.imported);
  table.add({"plan", fmt::format("{} groups of operators, {} steps for {}", planned.grouped.groups.size(),
                                 plan.steps.size(), target_text(plan.target.isa))});
  if (plan.precision == Precision::bf16) table.add({"precision", precision_text(planned.grouped)});
  table.add({"memory", fmt::format("arena {} (at least {} live at once), weights {}, scratch {} a thread",
                                   bytes_text(plan.arena_bytes), bytes_text(plan.peak_live_bytes),
                                   bytes_text(plan.weights_bytes), bytes_text(plan.scratch_bytes))});
  if (plan.limit) table.add({"limit", limit_text(plan)});
}

nlohmann::ordered_json ports_json(const Graph& graph, const std::vector<ValueId>& ids,
                                  const std::vector<SummaryPort>& declared) {
  auto json = nlohmann::ordered_json::array();
  for (const Port& port : ports_of(graph, ids)) {
    json.push_back({{"name", port.name}, {"type", port.type.str()}});
    const auto quantisation = quantisation_of(declared, port.name);
    if (!quantisation) continue;
    json.back()["scale"] = quantisation->scale;
    json.back()["zero_point"] = quantisation->zero;
  }
  return json;
}

/// The operators of a quantised network that compute on floats.
nlohmann::ordered_json float_nodes_json(const Graph& imported) {
  auto json = nlohmann::ordered_json::array();
  for (const FloatNode& node : float_nodes(imported)) {
    json.push_back({{"name", node.name}, {"operator", node.op}, {"reason", node.why}});
  }
  return json;
}

nlohmann::ordered_json to_json(const std::string& model, const ModelSummary& summary, const Planned& planned) {
  const Parameters weights = parameters(planned.imported);
  return {{"version", 1},
          {"model", file_name(model)},
          {"format", summary.format},
          {"producer", summary.producer},
          {"inputs", ports_json(planned.imported, planned.imported.inputs, summary.inputs)},
          {"outputs", ports_json(planned.imported, planned.imported.outputs, summary.outputs)},
          {"operators", summary.operators},
          {"optimised", operators_of(planned.grouped.graph)},
          {"in_floats", float_nodes_json(planned.imported)},
          {"parameters", weights.count},
          {"parameter_bytes", weights.bytes},
          {"macs", planned.imported.macs()},
          {"memory",
           {{"arena_bytes", planned.plan.arena_bytes},
            {"peak_live_bytes", planned.plan.peak_live_bytes},
            {"weights_bytes", planned.plan.weights_bytes},
            {"scratch_bytes", planned.plan.scratch_bytes}}}};
}

int info(const InfoOptions& options) {
  if (!options.json.empty()) check_writable(options.json);
  const ModelSummary summary = summarise_model(options.model.model);
  fmt::print("{}\n\n", file_name(options.model.model));
  Table declared({{""}, {""}});
  print_declared(declared, summary);
  if (!summary.unsupported.empty()) declared.add({"unsupported", histogram_text(summary.unsupported)});
  fmt::print("{}", declared.str());
  std::fflush(stdout);  // what is known is shown even when the model cannot be planned

  const Planned planned = plan_model(options.model.model, compile_options(options.model));
  Table table({{""}, {""}});
  print_planned(table, planned, summary);
  fmt::print("\n{}", table.str());
  if (!options.json.empty()) write_json(options.json, to_json(options.model.model, summary, planned));
  return 0;
}

}  // namespace

void add_info(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("info", "Describe a network: operators, shapes, parameters, work, memory");
  auto options = std::make_shared<InfoOptions>();
  add_model_options(*command, options->model);
  add_json_option(*command, options->json);
  command->footer("Example: convoy info resnet18.onnx");
  command->callback([options, &action] { action = [options] { return info(*options); }; });
}

}  // namespace convoy::cli
