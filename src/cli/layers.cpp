#include "cli/layers.h"

#include <algorithm>
#include <cmath>

#include "cli/table.h"
#include "cli/terminal.h"
#include "cli/units.h"
#include "io/files.h"
#include "runtime/program_data.h"

namespace convoy::cli {
namespace {

/// Enough digits to read, few enough to compare files by eye.
double rounded(double value) {
  return std::round(value * 1e6) / 1e6;
}

}  // namespace

std::vector<LayerTime> time_layers(Context& context, const Plan& plan, const MeasureOptions& options) {
  const std::vector<Latency> times = time_steps(context, plan.steps.size(), options);
  std::vector<LayerTime> layers;
  for (size_t i = 0; i < times.size(); ++i) layers.push_back({&plan.steps[i], times[i]});
  return layers;
}

double total_ns(const std::vector<LayerTime>& layers) {
  double total = 0;
  for (const LayerTime& layer : layers) total += layer.ns.median;
  return total;
}

nlohmann::ordered_json layers_json(const std::vector<LayerTime>& layers) {
  auto json = nlohmann::ordered_json::array();
  for (const LayerTime& layer : layers) {
    json.push_back({{"name", layer.step->name},
                    {"op", layer.step->op},
                    {"impl", layer.step->impl},
                    {"engine", "convoy"},
                    {"out", layer.step->output.shape.str()},
                    {"ms", rounded(layer.ms())},
                    {"gflops", rounded(layer.gflops())}});
  }
  return json;
}

std::string kernel_kind(const std::string& impl) {
  size_t end = impl.size();
  for (const char* dtype : {"_f32", "_f64", "_f16", "_bf16", "_i8", "_u8", "_s8", "_i32", "_i64"}) {
    end = std::min(end, impl.find(dtype));
  }
  return impl.substr(0, end);
}

std::string limit_text(const Plan& plan) {
  const std::string cost =
      plan.limit->slower < 0.005 ? "no slower for it" : fmt::format("{:.0f}% slower for it", 100 * plan.limit->slower);
  return fmt::format("{} allowed, {} taken by arena, weights, scratch, inputs and outputs; {}",
                     bytes_text(plan.limit->bytes), bytes_text(plan.memory_bytes()), cost);
}

void write_json(const std::string& path, const nlohmann::ordered_json& json) {
  // Names in a model may be any bytes; what is no UTF-8 is replaced.
  write_file(path, json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

void save_plan(const std::string& path, const Plan& plan) {
  write_file(path, to_json_text(saved_plan(plan)));
}

void print_layer_rates(const Program& program, int64_t pixels) {
  Context context(program);
  const MeasureOptions measure{.seconds = 1};
  warm_up(context, measure);
  const auto layers = time_layers(context, program.data().plan, measure);
  Table table({{"layer"},
               {"operator"},
               {"output"},
               {"kernel"},
               {"ns/pixel", Align::right},
               {"%", Align::right},
               {"GFLOP/s", Align::right}});
  for (const LayerTime& layer : layers) {
    const PlanStep& step = *layer.step;
    table.add({shorten(step.name, 32), step.detail.empty() ? step.op : step.op + " " + step.detail,
               step.output.shape.str(), step.impl, fmt::format("{:.2f}", layer.ns.median / static_cast<double>(pixels)),
               fmt::format("{:.1f}", 100 * layer.ns.median / total_ns(layers)),
               step.macs > 0 ? three_digits(layer.gflops()) : "-"});
  }
  fmt::print("\n{}\n", table.str());
}

}  // namespace convoy::cli
