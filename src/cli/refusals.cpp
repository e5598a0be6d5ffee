#include "cli/refusals.h"

#include <algorithm>
#include <utility>

#include "cli/terminal.h"

namespace convoy::cli {
namespace {

constexpr int kColumns = 110;

/// "  start: word, word, ...", further lines indented by four.
std::string paragraph(const std::string& start, const std::vector<std::string>& words) {
  std::string text, line = "  " + start + ":";
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string word = words[i] + (i + 1 < words.size() ? "," : "");
    if (i > 0 && display_width(line) + 1 + display_width(word) > kColumns) {
      text += line + "\n";
      line = "   ";
    }
    line += " " + word;
  }
  return text + line + "\n";
}

}  // namespace

std::string refusals_text(const std::vector<Considered>& candidates) {
  std::vector<std::pair<std::string, std::vector<std::string>>> by_reason;
  for (const Considered& candidate : candidates) {
    if (candidate.refusal.empty()) continue;
    auto known = std::ranges::find_if(by_reason, [&](const auto& reason) { return reason.first == candidate.refusal; });
    if (known == by_reason.end()) known = by_reason.insert(known, {candidate.refusal, {}});
    known->second.push_back(candidate.impl);
  }
  std::string text;
  for (const auto& [reason, impls] : by_reason) text += paragraph(reason, impls);
  return text;
}

}  // namespace convoy::cli
