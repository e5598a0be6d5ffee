#include "frontends/refused_operators.h"

#include <fmt/ranges.h>

#include <vector>

#include "support/error.h"

namespace convoy {

void RefusedOperators::add(const std::string& op_type, const std::string& node) {
  Uses& uses = refused_[op_type];
  if (uses.count++ == 0) uses.first = node;
}

void RefusedOperators::throw_if_any() const {
  if (refused_.empty()) return;
  std::vector<std::string> words;
  for (const auto& [name, uses] : refused_) {
    words.push_back(uses.count == 1 ? fmt::format("{} (node {})", name, uses.first)
                                    : fmt::format("{} ({} nodes, first {})", name, uses.count, uses.first));
  }
  unsupported("{} of its operators {} not supported: {}", words.size(), words.size() == 1 ? "is" : "are",
              fmt::join(words, "; "));
}

}  // namespace convoy
