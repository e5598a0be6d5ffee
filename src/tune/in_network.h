// Times the groups of a network as they run in it, for a given choice of implementations.
#pragma once

#include <convoy/program.h>

#include <atomic>
#include <vector>

#include "choose/alternatives.h"
#include "passes/group.h"
#include "plan/plan.h"

namespace convoy {

class NetworkRuns {
 public:
  /// Runs the passes. With `free_choice`, implementations that --set or a plan decides are not fixed; what a plan fuses
  /// is. Throws Error.
  NetworkRuns(const Graph& imported, const CompileOptions& options, bool free_choice);

  /// What can be measured: candidates of each group, with what is known of them.
  NetworkAlternatives alternatives(const MeasuredCosts& known) const;
  /// Compiles the network with this choice and runs it, with random inputs, for about `seconds`, at least five times.
  /// Returns early, with what it has, when `stop` becomes true. A time is that of a group (all its steps) or a layout
  /// copy: the mean over the places in the network where the same stands.
  std::vector<MeasuredCandidate> measure(const ChoiceOptions& choice, double seconds,
                                         const std::atomic<bool>* stop) const;

 private:
  CompileOptions options_;
  Target target_;
  ChoiceOptions fixed_;
  GroupedGraph grouped_;  ///< without prologues
};

}  // namespace convoy
