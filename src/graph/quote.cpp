#include "graph/quote.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "support/error.h"

namespace convoy {
namespace {

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

/// Reads the escape whose backslash stands at `pos`, which moves past it.
char read_escape(std::string_view text, size_t& pos) {
  const size_t begin = pos++;
  if (pos < text.size() && (text[pos] == '"' || text[pos] == '\\')) return text[pos++];
  if (pos + 2 < text.size() && text[pos] == 'x') {
    unsigned code = 0;
    const char* digits = text.data() + pos + 1;
    const auto [end, error] = std::from_chars(digits, digits + 2, code, 16);
    pos += 3;
    if (error == std::errc() && end == digits + 2) return static_cast<char>(code);
  }
  invalid_input("unknown escape '{}'", text.substr(begin, 4));
}

std::string read_quoted(std::string_view text, size_t& pos) {
  std::string result;
  ++pos;
  while (pos < text.size() && text[pos] != '"') {
    if (text[pos] == '\\') {
      result += read_escape(text, pos);
    } else {
      result += text[pos++];
    }
  }
  if (pos == text.size()) invalid_input("a quoted name does not end");
  ++pos;
  return result;
}

}  // namespace

bool is_word_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_./:-").find(c) != std::string_view::npos;
}

std::string quote(std::string_view text) {
  if (!text.empty() && std::all_of(text.begin(), text.end(), is_word_char)) return std::string(text);
  std::string result = "\"";
  for (char c : text) {
    if (is_control(c)) {
      result += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
      continue;
    }
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

std::string unquote(std::string_view text, size_t& pos) {
  if (pos < text.size() && text[pos] == '"') return read_quoted(text, pos);
  const size_t begin = pos;
  while (pos < text.size() && is_word_char(text[pos])) ++pos;
  if (pos == begin) invalid_input("expected a name at '{}'", text.substr(begin, 20));
  return std::string(text.substr(begin, pos - begin));
}

}  // namespace convoy
