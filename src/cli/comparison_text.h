// What `convoy compare` prints of a comparison, and how it exits.
#pragma once

#include <string>
#include <vector>

#include "runtime/compare.h"

namespace convoy::cli {

/// A table of all layers; those that differ by more than the tolerance are marked.
std::string layers_text(const std::vector<ComparedLayer>& layers, double tolerance);
/// The same of network outputs, under a title for their column.
std::string outputs_text(const char* title, const std::vector<ComparedLayer>& rows, double tolerance);

/// The last line, and the exit code that goes with it.
struct Verdict {
  std::string text;
  int exit_code;
};

/// `first` is the first layer or output to differ, null when none does.
Verdict judge(const ComparedLayer* first, double tolerance);

}  // namespace convoy::cli
