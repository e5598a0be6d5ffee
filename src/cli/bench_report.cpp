#include "cli/bench_report.h"

#include <algorithm>

#include "cli/table.h"
#include "cli/terminal.h"
#include "cli/units.h"

namespace convoy::cli {

std::string latency_text(const Latency& ms) {
  return fmt::format("median {}   min {}   p90 {}   mean {} ms   ({} runs)", three_digits(ms.median),
                     three_digits(ms.min), three_digits(ms.p90), three_digits(ms.mean), ms.runs);
}

std::string speed_text(double gflops, double peak_gflops) {
  return fmt::format("{} GFLOP/s: {:.0f}% of the FMA peak measured now, {} GFLOP/s", three_digits(gflops),
                     100 * gflops / peak_gflops, three_digits(peak_gflops));
}

void print_slowest(const std::vector<LayerTime>& layers, const std::string& title) {
  constexpr size_t kShown = 5;
  std::vector<const LayerTime*> slowest;
  for (const LayerTime& layer : layers) slowest.push_back(&layer);
  std::sort(slowest.begin(), slowest.end(), [](auto* a, auto* b) { return a->ns.median > b->ns.median; });
  slowest.resize(std::min(slowest.size(), kShown));
  Table table({{title}, {"output"}, {"kernel"}, {"ms", Align::right}, {"%", Align::right}});
  for (const LayerTime* layer : slowest) {
    table.add({shorten(layer->step->name, 40), layer->step->output.shape.str(), layer->step->impl,
               three_digits(layer->ms()), fmt::format("{:.1f}", 100 * layer->ns.median / total_ns(layers))});
  }
  fmt::print("\n{}", table.str());
}

void warn_of_spread(const Latency& latency) {
  if (latency.spread() <= kWideSpread) return;
  fmt::print("\nwarning: the middle 80% of the runs spread over {:.0f}% of the median; is something else running?\n",
             100 * latency.spread());
}

nlohmann::ordered_json latency_json(const Latency& ms) {
  return {{"min", ms.min}, {"median", ms.median}, {"p90", ms.p90}, {"mean", ms.mean}, {"runs", ms.runs}};
}

}  // namespace convoy::cli
