// How far a run over a large image is.
#pragma once

#include <fmt/format.h>

#include <string>

#include "cli/measure.h"
#include "cli/terminal.h"
#include "cli/units.h"

namespace convoy::cli {

/// For `pixels` pixels, from its construction on.
class RunProgress {
 public:
  explicit RunProgress(double pixels) : pixels_(pixels), line_("computing") {}

  void operator()(int64_t done, int64_t all) {
    const double seconds = this->seconds(), part = static_cast<double>(done) / static_cast<double>(all);
    line_.show(fmt::format("{:.0f}%, {} Mpixel/s, {:.0f} s left", 100 * part,
                           three_digits(part * pixels_ / seconds / 1e6), seconds / part - seconds));
  }
  double seconds() const { return watch_.seconds(); }

 private:
  const double pixels_;
  const Stopwatch watch_;
  ProgressLine line_;
};

}  // namespace convoy::cli
