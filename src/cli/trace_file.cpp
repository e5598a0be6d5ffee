#include "cli/trace_file.h"

namespace convoy::cli {

void write_trace(const std::string& path, const std::string& model, const std::vector<LayerTime>& layers) {
  auto events = nlohmann::ordered_json::array();
  events.push_back({{"ph", "M"}, {"pid", 1}, {"name", "process_name"}, {"args", {{"name", model}}}});
  double start_us = 0;
  for (const LayerTime& layer : layers) {
    const double us = layer.ns.median / 1e3;
    events.push_back({{"ph", "X"},
                      {"pid", 1},
                      {"tid", 1},
                      {"name", layer.step->name},
                      {"cat", layer.step->op},
                      {"ts", start_us},
                      {"dur", us},
                      {"args",
                       {{"kernel", layer.step->impl},
                        {"output", layer.step->output.str()},
                        {"detail", layer.step->detail},
                        {"gflops", layer.gflops()},
                        {"bytes", layer.step->bytes}}}});
    start_us += us;
  }
  write_json(path, {{"displayTimeUnit", "ms"}, {"traceEvents", std::move(events)}});
}

}  // namespace convoy::cli
