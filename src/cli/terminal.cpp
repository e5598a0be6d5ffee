#include "cli/terminal.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <vector>

namespace convoy::cli {
namespace {

/// The variable that decides about characters, by POSIX's order of precedence.
std::string character_locale() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (value && *value) return value;
  }
  return "";
}

/// True for all but the first byte of a character in UTF-8.
bool continues_code_point(char c) {
  return (c & 0xc0) == 0x80;
}

}  // namespace

bool stdout_shows_utf8() {
  if (!isatty(STDOUT_FILENO)) return false;
  std::string locale = character_locale();
  std::transform(locale.begin(), locale.end(), locale.begin(), [](unsigned char c) { return std::tolower(c); });
  return locale.find("utf-8") != std::string::npos || locale.find("utf8") != std::string::npos;
}

std::string bar(double fraction, int width, bool utf8) {
  const double filled = std::clamp(fraction, 0.0, 1.0) * width;
  if (!utf8) return std::string(static_cast<size_t>(std::lround(filled)), '#');
  constexpr const char* kEighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const int eighths = static_cast<int>(std::lround(filled * 8));
  std::string text;
  for (int i = 0; i < eighths / 8; ++i) text += "█";
  return text + kEighths[eighths % 8];
}

int display_width(const std::string& text) {
  return static_cast<int>(std::count_if(text.begin(), text.end(), [](char c) { return !continues_code_point(c); }));
}

std::string shorten(const std::string& text, int width) {
  if (display_width(text) <= width) return text;
  // Byte positions where code points start: each is one column.
  std::vector<size_t> starts;
  for (size_t i = 0; i < text.size(); ++i) {
    if (!continues_code_point(text[i])) starts.push_back(i);
  }
  const size_t kept = static_cast<size_t>(width - 2);
  const size_t head = starts[kept / 2], tail = starts[starts.size() - (kept - kept / 2)];
  return text.substr(0, head) + ".." + text.substr(tail);
}

ProgressLine::ProgressLine(const std::string& text) : visible_(isatty(STDERR_FILENO)) {
  show(text);
}

ProgressLine::~ProgressLine() {
  if (visible_) fmt::print(stderr, "\r\x1b[K");
}

void ProgressLine::show(const std::string& text) {
  if (visible_) fmt::print(stderr, "\r\x1b[K{} ...", text);
}

}  // namespace convoy::cli
