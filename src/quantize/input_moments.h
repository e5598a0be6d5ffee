// Second moments of what products read when it is quantised, and of how far that is from the float network's values.
#pragma once

#include <convoy/quantize.h>

#include <functional>
#include <map>

#include "quantize/probed_program.h"
#include "quantize/window_rows.h"

namespace convoy::quantizer {

/// Sums over sampled rows f of the float network and x, the same quantised.
struct InputMoments {
  /// Neighbouring columns of one group. More than some hundred columns are divided, and what two blocks have in common
  /// is not known.
  struct Block {
    int64_t group = 0, first = 0, count = 0;
    std::vector<float> moments;  ///< count x count: x[i] * x[j] where j <= i
    std::vector<float> drift;    ///< count x count: (f[i] - x[i]) * x[j]; empty where rows are too few to tell
    std::vector<double> x, f;    ///< count: the sums of x and f
  };

  int64_t rows = 0;
  std::vector<Block> blocks;
};

/// A product whose input is looked at.
struct WatchedProduct {
  std::string src;
  ValueQuantization quantization;  ///< of src
  WindowRows rows;
};

/// Runs the network on all samples. The same for any number of threads.
std::map<int, InputMoments> gather_moments(ProbedProgram& network, const Samples& samples, int threads,
                                           const std::function<void(const std::string&)>& progress,
                                           const std::map<int, WatchedProduct>& products);

}  // namespace convoy::quantizer
