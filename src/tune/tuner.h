// Finds the fastest implementation of each group by running whole networks: in each round every group runs one of its
// candidates and is timed where it stands, with the caches as its neighbours leave them. One round so measures all
// groups at once, epilogues and layout copies included, and the sum of the layers is the time of the network.
//
// First every candidate whose estimate is not hopeless is run once, the best estimates first; then those that came
// close to the best race again, in turns, with more runs. Every figure goes to the log as soon as a round is over.
#pragma once

#include <convoy/program.h>

#include <atomic>
#include <functional>

#include "choose/measurement_log.h"
#include "graph/graph.h"

namespace convoy {

struct TuneProgress {
  int round = 0, rounds = 0;  ///< done, and expected in all
  int measured = 0;           ///< candidates so far
  double elapsed_s = 0, left_s = 0;
};

struct TuneOptions {
  double budget_s = 60;
  std::function<void(const TuneProgress&)> progress;
  /// Set from a signal handler: the round is dropped and tune() returns.
  const std::atomic<bool>* stop = nullptr;
  /// Candidates are measured of layers, too, whose implementation --set or a plan decides.
  bool free_choice = false;
};

struct TuneResult {
  int groups = 0;        ///< different ones
  int measured = 0;      ///< candidates measured now
  int known = 0;         ///< candidates that were in the log already
  bool finished = true;  ///< false: stopped, or the budget was spent before every candidate had its turn
  double seconds = 0;
};

/// Measures what `log` does not hold yet and adds it. Throws Error.
TuneResult tune(const Graph& imported, const CompileOptions& options, MeasurementLog& log, const TuneOptions& tuning);

}  // namespace convoy
