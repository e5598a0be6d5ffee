#include "cli/comparison_text.h"

#include <fmt/format.h>

#include "cli/table.h"
#include "cli/terminal.h"

namespace convoy::cli {
namespace {

std::string exponent(double value) {
  return value == 0 ? "0" : fmt::format("{:.1e}", value);
}

/// Position of element `at` in a tensor of this shape: "[0,12,3,3]".
std::string position(int64_t at, const Shape& shape) {
  std::string text;
  for (int64_t stride : shape.strides()) {
    text += fmt::format("{}{}", text.empty() ? "" : ",", at / stride);
    at %= stride;
  }
  return "[" + text + "]";
}

}  // namespace

std::string layers_text(const std::vector<ComparedLayer>& layers, double tolerance) {
  Table table({{"#", Align::right},
               {"layer"},
               {"operator"},
               {"kernel"},
               {"output"},
               {"max |diff|", Align::right},
               {"max |ref|", Align::right},
               {"ratio", Align::right},
               {""}});
  for (size_t i = 0; i < layers.size(); ++i) {
    const ComparedLayer& layer = layers[i];
    const double ratio = layer.difference.relative();
    table.add({std::to_string(i + 1), shorten(layer.name, 40), layer.op, layer.impl.empty() ? "(view)" : layer.impl,
               layer.type.str(), exponent(layer.difference.max_abs), exponent(layer.difference.max_expected),
               exponent(ratio), ratio > tolerance ? "<-- differs" : ""});
  }
  return table.str();
}

std::string outputs_text(const char* title, const std::vector<ComparedLayer>& rows, double tolerance) {
  Table table(
      {{title}, {"type"}, {"max |diff|", Align::right}, {"max |ref|", Align::right}, {"ratio", Align::right}, {""}});
  for (const ComparedLayer& row : rows) {
    const double ratio = row.difference.relative();
    table.add({row.name, row.type.str(), exponent(row.difference.max_abs), exponent(row.difference.max_expected),
               exponent(ratio), ratio > tolerance ? "<-- differs" : ""});
  }
  return table.str();
}

Verdict judge(const ComparedLayer* first, double tolerance) {
  if (!first) return {fmt::format("All within {:g} of the largest reference value.", tolerance), 0};
  return {fmt::format("The first to differ by more than {:g}: '{}' ({}), by {:.3g} at {} of '{}'.", tolerance,
                      first->name, first->impl.empty() ? first->op : first->impl, first->difference.max_abs,
                      position(first->difference.at, first->type.shape), first->value),
          1};
}

}  // namespace convoy::cli
