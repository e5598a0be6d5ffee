// bench for networks from image to image on large images: in memory, strip by strip.
#pragma once

#include "cli/inputs.h"
#include "cli/measure.h"
#include "cli/options.h"
#include "cli/strips.h"

namespace convoy::cli {

struct BenchOptions {
  ModelOptions model;
  InputOptions input;
  MeasureOptions measure;
  StripOptions strips;
  std::string json;
};

/// Measures and prints. False when the network's image is small, or its rows cannot be computed strip by strip: nothing
/// is done.
bool bench_image(const BenchOptions& options, const CompileOptions& compile);

}  // namespace convoy::cli
