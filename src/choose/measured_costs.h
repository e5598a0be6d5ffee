// What is known of this machine by measuring.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

namespace convoy {

/// One candidate's time within a network, on all of the target's threads.
struct Measurement {
  double ns = 0;
  double spread = 0;  ///< (p90 - p10) / median of the runs
  int runs = 0;
};

/// What was measured, by group_signature and candidate_name, or copy_signature and copy_candidate.
struct MeasuredCandidate {
  std::string signature, candidate;
  Measurement measurement;
};

/// By group_signature and candidate_name.
class MeasuredCosts {
 public:
  void set(const std::string& signature, const std::string& candidate, Measurement measurement) {
    costs_[signature][candidate] = measurement;
  }
  std::optional<Measurement> find(const std::string& signature, const std::string& candidate) const {
    const auto group = costs_.find(signature);
    if (group == costs_.end()) return std::nullopt;
    const auto cost = group->second.find(candidate);
    if (cost == group->second.end()) return std::nullopt;
    return cost->second;
  }
  /// Whether any candidate of the group was measured.
  bool knows(const std::string& signature) const { return costs_.contains(signature); }
  bool empty() const { return costs_.empty(); }
  size_t size() const {
    size_t count = 0;
    for (const auto& [signature, candidates] : costs_) count += candidates.size();
    return count;
  }

 private:
  std::map<std::string, std::map<std::string, Measurement>> costs_;
};

}  // namespace convoy
