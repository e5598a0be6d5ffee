#include "cli/quantize_report.h"

#include <fmt/format.h>

#include <cmath>

#include "cli/table.h"
#include "cli/terminal.h"

namespace convoy::cli {
namespace {

std::string decibel_text(double decibels) {
  return std::isinf(decibels) && decibels > 0 ? "exact" : fmt::format("{:.1f}", decibels);
}

/// "2^-5", or as a decimal number.
std::string scale_text(float scale) {
  int exponent = 0;
  if (std::frexp(scale, &exponent) == 0.5f) return fmt::format("2^{}", exponent - 1);
  return fmt::format("{:.4g}", scale);
}

std::string share_text(int64_t part, int64_t all) {
  return fmt::format("{:.1f}%  ({} of {})", 100.0 * static_cast<double>(part) / static_cast<double>(all), part, all);
}

/// JSON has no infinity.
nlohmann::ordered_json number_json(double value) {
  return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}

}  // namespace

std::string quantized_layers_text(const std::vector<QuantizedLayer>& layers) {
  Table table({{"layer"},
               {"operators"},
               {"min", Align::right},
               {"max", Align::right},
               {"type"},
               {"scale", Align::right},
               {"zero", Align::right},
               {"own dB", Align::right},
               {"total dB", Align::right}});
  for (const QuantizedLayer& layer : layers) {
    const auto& quantization = layer.quantization;
    table.add({shorten(layer.name, 32), layer.operators, fmt::format("{:.4g}", layer.min),
               fmt::format("{:.4g}", layer.max), quantization ? std::string(to_string(quantization->dtype)) : "f32",
               quantization ? scale_text(quantization->scale) : "-",
               quantization ? std::to_string(quantization->zero_point) : "-", decibel_text(layer.own_sqnr),
               decibel_text(layer.total_sqnr)});
  }
  return table.str();
}

nlohmann::ordered_json quantized_layers_json(const std::vector<QuantizedLayer>& layers) {
  auto json = nlohmann::ordered_json::array();
  for (const QuantizedLayer& layer : layers) {
    json.push_back({{"name", layer.name},
                    {"operators", layer.operators},
                    {"value", layer.value},
                    {"min", layer.min},
                    {"max", layer.max},
                    {"own_sqnr_db", number_json(layer.own_sqnr)},
                    {"total_sqnr_db", number_json(layer.total_sqnr)}});
    if (!layer.quantization) continue;
    json.back()["type"] = to_string(layer.quantization->dtype);
    json.back()["scale"] = layer.quantization->scale;
    json.back()["zero_point"] = layer.quantization->zero_point;
  }
  return json;
}

std::string agreement_text(const Agreement& agreement) {
  Table table({{""}, {""}});
  if (agreement.classifies) {
    table.add({"top-1 agreement with float", share_text(agreement.same, agreement.samples)});
  }
  if (agreement.float_right) {
    table.add({"top-1 of the float network", share_text(*agreement.float_right, agreement.samples)});
    table.add({"top-1 of the quantised one", share_text(*agreement.quantized_right, agreement.samples)});
  }
  table.add({"outputs, signal to noise", decibel_text(agreement.sqnr) + (std::isinf(agreement.sqnr) ? "" : " dB")});
  return table.str();
}

nlohmann::ordered_json agreement_json(const Agreement& agreement) {
  nlohmann::ordered_json json = {{"samples", agreement.samples}, {"sqnr_db", number_json(agreement.sqnr)}};
  if (agreement.classifies) json["same_top1"] = agreement.same;
  if (agreement.float_right) {
    json["float_top1"] = *agreement.float_right;
    json["quantized_top1"] = *agreement.quantized_right;
  }
  return json;
}

}  // namespace convoy::cli
