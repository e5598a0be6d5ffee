#include "cli/beside_f32.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/table.h"
#include "cli/terminal.h"
#include "cli/units.h"

namespace convoy::cli {
namespace {

std::string time_of(const GroupsCost& cost) {
  return cost.ns > 0 ? (cost.measured ? "" : "~") + time_text(cost.ns) : "-";
}

std::string gain_of(double numbers_ns, double floats_ns) {
  return numbers_ns > 0 && floats_ns > 0 ? fmt::format("{:.2f}x", floats_ns / numbers_ns) : "";
}

/// How much of the time goes to layers that f32 would compute faster.
std::string losses(const std::vector<BesideF32>& layers, double total_ns) {
  double ns = 0;
  int count = 0;
  for (const BesideF32& layer : layers) {
    if (layer.floats.ns == 0 || layer.gain() >= 1) continue;
    ns += layer.numbers.ns;
    ++count;
  }
  if (count == 0) return "No layer is faster in f32.";
  return fmt::format("{} of {} layers, {:.0f}% of the time, would be faster in f32.", count, layers.size(),
                     100 * ns / total_ns);
}

}  // namespace

std::string beside_f32_text(const std::vector<BesideF32>& layers, const std::string& model, bool whole) {
  if (layers.empty()) return "";
  Table table({{"layer"}, {"in f32"}, {"int8", Align::right}, {"f32", Align::right}, {"f32/int8", Align::right}, {""}});
  GroupsCost numbers, floats;
  for (const BesideF32& layer : layers) {
    table.add({shorten(layer.name, 44), shorten(layer.detail, 32), time_of(layer.numbers), time_of(layer.floats),
               gain_of(layer.numbers.ns, layer.floats.ns), layer.why});
    numbers.add(layer.numbers);
    floats.add(layer.floats);
  }
  if (whole) table.add({"total", "", time_of(numbers), time_of(floats), gain_of(numbers.ns, floats.ns), ""});
  std::string text = "\nBeside the same network in f32:\n\n" + table.str();
  if (!whole) return text;
  text += "\n" + losses(layers, numbers.ns) + "\n";
  if (!numbers.measured || !floats.measured)
    text +=
        fmt::format("~ is an estimate, a rough one for requantisation: convoy tune {} --with-f32 measures.\n", model);
  return text;
}

}  // namespace convoy::cli
