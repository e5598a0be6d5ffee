// convoy profile: where the time goes, layer by layer.
#include "cli/profile.h"

#include <algorithm>
#include <numeric>

#include "cli/commands.h"
#include "cli/compiled_model.h"
#include "cli/inputs.h"
#include "cli/layers.h"
#include "cli/peak.h"
#include "cli/report.h"
#include "cli/table.h"
#include "cli/terminal.h"
#include "cli/trace_file.h"
#include "cli/units.h"
#include "io/files.h"
#include "runtime/program_data.h"
#include "support/error.h"

namespace convoy::cli {
namespace {

constexpr int kBarWidth = 20, kNameWidth = 40;

struct ProfileOptions {
  ModelOptions model;
  InputOptions input;
  MeasureOptions measure;
  std::string sort = "order";
  bool csv = false;
  std::string trace, json, html;
};

Profile measure(const CompiledModel& model, const ProfileOptions& options) {
  ProgressLine progress("warming up " + model.name);
  Context context(model.program);
  const NetworkInputs inputs = read_inputs(options.input, model.program.inputs(), model.program.outputs(),
                                           Missing::random, port_scales(options.model.model));
  bind_inputs(context, inputs.tensors);
  warm_up(context, options.measure);
  progress.show("profiling " + model.name);
  Profile profile;
  const MeasureOptions half{.seconds = options.measure.seconds / 2, .runs = options.measure.runs};
  profile.run_ms = summarise(time_runs(context, half));
  profile.layers = time_layers(context, model.plan(), half);
  progress.show("measuring the machine");
  profile.peak_gflops = measure_peak_gflops(model.isa(), model.program.threads());
  if (!options.html.empty()) profile.bandwidths = measure_bandwidths(model.isa(), model.program.threads());
  return profile;
}

/// Indices of the layers in the order to be shown.
std::vector<size_t> shown_order(const std::vector<LayerTime>& layers, const std::string& sort) {
  std::vector<size_t> order(layers.size());
  std::iota(order.begin(), order.end(), 0);
  if (sort == "time") {
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return layers[a].ns.median > layers[b].ns.median; });
  }
  return order;
}

std::string or_dash(double value, const std::string& text) {
  return value > 0 ? text : "-";
}

std::string operator_text(const PlanStep& step) {
  return step.detail.empty() ? step.op : step.op + " " + step.detail;
}

Table layer_table(const Profile& profile, const std::string& sort) {
  Table table({{"#", Align::right},
               {"layer"},
               {"operator"},
               {"output"},
               {"kernel"},
               {"ms", Align::right},
               {"%", Align::right},
               {""},
               {"GFLOP/s", Align::right},
               {"% peak", Align::right},
               {"MB", Align::right}});
  const bool utf8 = stdout_shows_utf8();
  const double total = total_ns(profile.layers);
  double longest = 0;
  for (const LayerTime& layer : profile.layers) longest = std::max(longest, layer.ns.median);
  for (size_t i : shown_order(profile.layers, sort)) {
    const LayerTime& layer = profile.layers[i];
    const PlanStep& step = *layer.step;
    // Bars are relative to the longest layer: relative to the total most would not show.
    table.add({std::to_string(i + 1), shorten(step.name, kNameWidth), shorten(operator_text(step), kNameWidth),
               step.output.shape.str(), step.impl, three_digits(layer.ms()),
               fmt::format("{:.1f}", 100 * layer.ns.median / total), bar(layer.ns.median / longest, kBarWidth, utf8),
               or_dash(layer.gflops(), three_digits(layer.gflops())),
               or_dash(layer.gflops(), fmt::format("{:.0f}", 100 * layer.gflops() / profile.peak_gflops)),
               three_digits(static_cast<double>(step.bytes) / 1e6)});
  }
  return table;
}

struct KindTotal {
  int layers = 0;
  double ns = 0, flops = 0;
};

Table kind_table(const Profile& profile) {
  std::map<std::string, KindTotal> totals;
  for (const LayerTime& layer : profile.layers) {
    KindTotal& total = totals[kernel_kind(layer.step->impl)];
    ++total.layers;
    total.ns += layer.ns.median;
    total.flops += 2.0 * static_cast<double>(layer.step->macs);
  }
  std::vector<std::pair<std::string, KindTotal>> sorted(totals.begin(), totals.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.second.ns > b.second.ns; });
  Table table({{"kernels"},
               {"layers", Align::right},
               {"ms", Align::right},
               {"%", Align::right},
               {"GFLOP/s", Align::right},
               {"% peak", Align::right}});
  const double all = total_ns(profile.layers);
  for (const auto& [kind, total] : sorted) {
    const double gflops = total.ns > 0 ? total.flops / total.ns : 0;
    table.add({kind, std::to_string(total.layers), three_digits(total.ns / 1e6),
               fmt::format("{:.1f}", 100 * total.ns / all), or_dash(gflops, three_digits(gflops)),
               or_dash(gflops, fmt::format("{:.0f}", 100 * gflops / profile.peak_gflops))});
  }
  return table;
}

/// Every figure with full names, for spreadsheets.
Table csv_table(const Profile& profile, const std::string& sort) {
  Table table({{"index"},
               {"layer"},
               {"op"},
               {"detail"},
               {"output"},
               {"kernel"},
               {"median_ms"},
               {"p10_ms"},
               {"p90_ms"},
               {"gflops"},
               {"percent_of_peak"},
               {"bytes"},
               {"macs"}});
  for (size_t i : shown_order(profile.layers, sort)) {
    const LayerTime& layer = profile.layers[i];
    const PlanStep& step = *layer.step;
    table.add({std::to_string(i + 1), step.name, step.op, step.detail, step.output.str(), step.impl,
               fmt::format("{:.6f}", layer.ms()), fmt::format("{:.6f}", layer.ns.p10 / 1e6),
               fmt::format("{:.6f}", layer.ns.p90 / 1e6), fmt::format("{:.3f}", layer.gflops()),
               fmt::format("{:.1f}", 100 * layer.gflops() / profile.peak_gflops), std::to_string(step.bytes),
               std::to_string(step.macs)});
  }
  return table;
}

void print_notes(const Profile& profile) {
  fmt::print(
      "\nSum of the layers {} ms; a whole run without the profiler {} ms ({} runs). Judge a change by convoy "
      "bench:\nwhat one layer leaves in the caches for the next is part of both their times here.\n",
      three_digits(total_ns(profile.layers) / 1e6), three_digits(profile.run_ms.median), profile.run_ms.runs);
  fmt::print(
      "GFLOP/s count the direct computation, so Winograd may exceed the peak, {} GFLOP/s measured now. MB: read "
      "and written.\n",
      three_digits(profile.peak_gflops));
  if (profile.run_ms.spread() > kWideSpread) {
    fmt::print("warning: the middle 80% of the runs spread over {:.0f}% of the median; is something else running?\n",
               100 * profile.run_ms.spread());
  }
}

void print_tables(const CompiledModel& model, const Profile& profile, const std::string& sort) {
  fmt::print("{}: {}, {}, {}\n\n", model.name, to_string(model.plan().precision), target_text(model.isa()),
             threads_text(model.program.threads()));
  fmt::print("{}\n{}", layer_table(profile, sort).str(), kind_table(profile).str());
  print_notes(profile);
}

int profile(const ProfileOptions& options) {
  for (const std::string& path : {options.trace, options.json, options.html}) {
    if (!path.empty()) check_writable(path);
  }
  CompileOptions compile = compile_options(options.model);
  size_inputs_by_pictures(options.model.model, options.input, compile);
  const CompiledModel model = compile_model(options.model.model, compile);
  const Profile profile = measure(model, options);
  if (options.csv) {
    fmt::print("{}", csv_table(profile, options.sort).csv());
  } else {
    print_tables(model, profile, options.sort);
  }
  if (!options.trace.empty()) write_trace(options.trace, model.name, profile.layers);
  if (!options.html.empty()) write_file(options.html, report_page(report_json(model, profile)));
  if (!options.json.empty()) {
    write_json(options.json, {{"version", 1},
                              {"model", model.name},
                              {"target", target_text(model.isa())},
                              {"threads", model.program.threads()},
                              {"median_ms", profile.run_ms.median},
                              {"peak_gflops", profile.peak_gflops},
                              {"layers", layers_json(profile.layers)}});
  }
  return 0;
}

}  // namespace

void add_profile(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("profile", "Show where the time goes, layer by layer");
  auto options = std::make_shared<ProfileOptions>();
  add_model_options(*command, options->model);
  add_input_options(*command, options->input);
  add_measure_options(*command, options->measure);
  command->add_option("--sort", options->sort, "order (of execution; default) or time")
      ->check(CLI::IsMember({"order", "time"}));
  command->add_flag("--csv", options->csv, "print comma-separated values with full names");
  command->add_option("--trace", options->trace, "write a trace for ui.perfetto.dev or chrome://tracing")
      ->type_name("FILE");
  command
      ->add_option("--html", options->html,
                   "write a page with all layers, their roofline, memory over time and runners-up")
      ->type_name("FILE");
  add_json_option(*command, options->json);
  command->footer("Example: convoy profile resnet18.onnx --threads 1 --sort time --html profile.html");
  command->callback([options, &action] { action = [options] { return profile(*options); }; });
}

}  // namespace convoy::cli
