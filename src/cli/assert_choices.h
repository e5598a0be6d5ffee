// `convoy explain --assert`: is every layer's pick still the fastest? For the tests of those who ship a plan.
#pragma once

#include "cli/options.h"

namespace convoy::cli {

struct AssertOptions {
  double tolerance = 5;  ///< percent by which a pick may be slower than the best candidate
  double budget_s = 120;
};

/// Measures all candidates now, whatever the tuning log holds, and prints the picks that are too slow. Returns the exit
/// code: 1 when there are some. Throws Error.
int assert_choices(const ModelOptions& model, const AssertOptions& options);

}  // namespace convoy::cli
