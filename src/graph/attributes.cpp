#include "graph/attributes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>

#include "graph/quote.h"

namespace convoy {
namespace {

template <class T>
void parse_number(std::string_view text, T& value, const char* what) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) invalid_input("'{}' is not {}", text, what);
}

/// "[1,2]", "[]".
template <class T>
void parse_list(std::string_view text, std::vector<T>& values, const char* what) {
  if (text.size() < 2 || text.front() != '[' || text.back() != ']') invalid_input("'{}' is not a list", text);
  values.clear();
  std::string_view rest = text.substr(1, text.size() - 2);
  while (!rest.empty()) {
    const size_t comma = rest.find(',');
    parse_number(rest.substr(0, comma), values.emplace_back(), what);
    if (comma == std::string_view::npos) return;
    rest.remove_prefix(comma + 1);
    if (rest.empty()) invalid_input("'{}' ends in a comma", text);
  }
}

}  // namespace

std::string attribute_text(int64_t value) {
  return std::to_string(value);
}
std::string attribute_text(double value) {
  return fmt::format("{}", value);
}
std::string attribute_text(const std::string& value) {
  return quote(value);
}
std::string attribute_text(const std::vector<int64_t>& value) {
  return fmt::format("[{}]", fmt::join(value, ","));
}
std::string attribute_text(const std::vector<double>& value) {
  return fmt::format("[{}]", fmt::join(value, ","));
}

void parse_attribute(const std::string& text, int64_t& value) {
  parse_number(text, value, "an integer");
}
void parse_attribute(const std::string& text, double& value) {
  parse_number(text, value, "a number");
}

void parse_attribute(const std::string& text, std::string& value) {
  size_t pos = 0;
  value = unquote(text, pos);
  if (pos != text.size()) invalid_input("'{}' is not one word", text);
}

void parse_attribute(const std::string& text, std::vector<int64_t>& value) {
  parse_list(text, value, "an integer");
}
void parse_attribute(const std::string& text, std::vector<double>& value) {
  parse_list(text, value, "a number");
}

}  // namespace convoy
