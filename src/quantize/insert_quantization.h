// Writes a quantisation into the network: QuantizeLinear and DequantizeLinear, integer weights and biases.
#pragma once

#include <memory>

#include "quantize/choose_values.h"
#include "quantize/input_moments.h"
#include "quantize/statistics.h"
#include "quantize/weights.h"

namespace convoy::quantizer {

/// What stands for a quantised value in the network now. Scale and zero point are initializers.
struct QuantizedNames {
  std::string numbers, floats, scale, zero_point;
};

struct InsertOptions {
  QuantizationScheme scheme = QuantizationScheme::int8;
  bool correct_biases = true;
  /// By product, of those whose weights are fitted to them; the others' are rounded to the nearest.
  std::map<int, InputMoments> moments;
  int threads = 1;
};

/// Where a product's input channels are in the value that it reads, for Statistics::means. `rank`: of that value.
int input_channel_axis(const onnx::NodeProto& product, const Shape& weights, int rank);

/// Changes:
///   a chosen value is followed by QuantizeLinear and DequantizeLinear, whose result all nodes read in its place; the
///   network's caller and branches of an If go on reading the float value;
///   weights of the chosen products become i8, their biases i32, both read through DequantizeLinear.
/// Requires: `quantizations`, one a group of `chosen`; means of all that products read, when biases are corrected.
/// Afterwards constants that nothing reads any more are gone. Returns the new names by the values'.
std::map<std::string, QuantizedNames> insert_quantization(const std::shared_ptr<onnx::ModelProto>& model,
                                                          const ChosenValues& chosen,
                                                          const std::vector<ValueQuantization>& quantizations,
                                                          const Statistics& statistics, const InsertOptions& options);

}  // namespace convoy::quantizer
