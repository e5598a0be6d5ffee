#include "cli/units.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

namespace convoy::cli {
namespace {

std::string with_prefix(double value, const char* unit) {
  constexpr const char* kPrefixes[] = {"", "k", "M", "G", "T", "P"};
  size_t prefix = 0;
  // 999.5 would print as 1000.
  while (std::abs(value) >= 999.5 && prefix + 1 < std::size(kPrefixes)) {
    value /= 1000;
    ++prefix;
  }
  const bool whole = prefix == 0 && value == std::floor(value);
  const std::string digits = whole ? fmt::format("{:.0f}", value) : three_digits(value);
  const std::string suffix = std::string(kPrefixes[prefix]) + unit;
  return suffix.empty() ? digits : digits + " " + suffix;
}

}  // namespace

std::string three_digits(double value) {
  if (!std::isfinite(value)) return fmt::format("{}", value);
  if (value == 0) return "0";
  const double rounded = std::stod(fmt::format("{:.2e}", std::abs(value)));  // 0.9999 is a 1.00
  const int magnitude = static_cast<int>(std::floor(std::log10(rounded)));
  return fmt::format("{:.{}f}", value, std::clamp(2 - magnitude, 0, 9));
}

std::string bytes_text(int64_t bytes) {
  return with_prefix(static_cast<double>(bytes), "B");
}

std::string count_text(double count) {
  return with_prefix(count, "");
}

std::string time_text(double ns) {
  if (ns >= 1e9) return three_digits(ns / 1e9) + " s";
  if (ns >= 1e6) return three_digits(ns / 1e6) + " ms";
  return three_digits(ns / 1e3) + " us";
}

}  // namespace convoy::cli
