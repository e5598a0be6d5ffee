// Weights of quantised products, and the factors that take their sums to the output.
#pragma once

#include "frontends/tflite/quantised/affine.h"
#include "ops/zero_points.h"

namespace convoy::tflite_frontend {

/// How TFLite computes scale of src * scale of weights / scale of dst; it matters in the last bits.
enum class FactorPrecision {
  in_double,
  product_in_float,  ///< the product is rounded to a float first
};

struct QuantisedWeights {
  ZeroPoints zeros;                 ///< of src and weights
  std::vector<double> scales;       ///< from sums to dst: one, or one an output channel
  std::vector<FixedPoint> factors;  ///< the same as fixed-point numbers
};

/// Reads input `weights`, whose output channels are axis `channel_axis`, and which meets input `src`. `whole` is for
/// one scale of all channels; with one each it is in double. Throws Error for operands that are no quantised integers.
QuantisedWeights read_weights(const NodeImport& node, int src, int weights, int channel_axis, FactorPrecision whole);

}  // namespace convoy::tflite_frontend
