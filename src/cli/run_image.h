// Networks from image to image on large images: strip by strip, from file to file.
#pragma once

#include <optional>

#include "cli/dense_files.h"
#include "cli/inputs.h"
#include "cli/options.h"
#include "cli/strips.h"

namespace convoy::cli {

struct ImageRunOptions {
  ModelOptions model;
  InputOptions input;
  ResultOptions result;
  std::string json;
  StripOptions strips;
  bool layers = false;  ///< show what a strip's time is spent on
};

/// Whether this is one image to one file, and large enough for strips to pay.
bool is_large_image(const InputOptions& input, const std::vector<std::string>& outputs);

/// Runs and prints what came of it. False when the network's rows cannot be computed strip by strip: nothing is done.
bool run_image(const ImageRunOptions& options, const CompileOptions& compile);

}  // namespace convoy::cli
