// How far a quantised classifier decides as the float one does, on pictures that neither has seen.
#pragma once

#include <convoy/program.h>
#include <convoy/quantize.h>

#include <optional>

#include "cli/sample_files.h"

namespace convoy::cli {

struct Agreement {
  int64_t samples = 0;
  int64_t same = 0;  ///< both networks' best class is the same
  /// With labels: how often each is right.
  std::optional<int64_t> float_right, quantized_right;
  /// Signal to noise of all outputs together, in dB.
  double sqnr = 0;
  /// False: the network's one output is no list of class scores, or there are several; only the noise was measured.
  bool classifies = false;
};

/// Runs both networks, which have the same inputs and outputs, on all files. Throws Error, for labels that are no
/// classes of the network as well.
Agreement compare_networks(const Program& network, const Program& quantized, const SampleFolder& folder,
                           const Samples& samples);

}  // namespace convoy::cli
