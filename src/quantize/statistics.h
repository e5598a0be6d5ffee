// What values the samples give: the float network runs on each of them.
#pragma once

#include <convoy/quantize.h>

#include <map>

#include "quantize/histogram.h"
#include "quantize/probed_program.h"

namespace convoy::quantizer {

/// Mean of a value at each index of an axis.
struct AxisMeans {
  int axis = 1;
  std::vector<double> means;
};

struct Statistics {
  std::map<std::string, Histogram> histograms;
  std::map<std::string, AxisMeans> means;
};

/// Runs `network`, whose probed values must hold the keys of `statistics`, on all samples and fills in what they see.
/// Throws Error that says which sample and value is not finite, or what `samples` throws.
void gather_statistics(ProbedProgram& network, const Samples& samples, int threads,
                       const std::function<void(const std::string&)>& progress, Statistics& statistics);

}  // namespace convoy::quantizer
