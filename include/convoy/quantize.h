// Post-training quantisation: a float ONNX network becomes one of 8-bit integers, from samples of its input.
//
//   convoy::Samples samples{100, [&](int64_t i, const auto& inputs, const auto&) { return read_image(i, inputs); }};
//   auto quantized = convoy::quantize("resnet18.onnx", samples);
//   if (!quantized) return fail(quantized.status().message());
//   std::ofstream("resnet18_int8.onnx", std::ios::binary) << quantized->model;
#pragma once

#include <convoy/program.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace convoy {

enum class QuantizationScheme {
  int8,  ///< weights i8 with a scale an output channel, activations u8 with any scale and zero point
  pow2,  ///< all scales are powers of two, all numbers i8 without zero point: hardware that shifts
};

/// How the range of an activation follows from the values that the samples gave it.
enum class RangeMethod {
  minmax,      ///< all of them
  percentile,  ///< all but a small share of the largest and of the smallest
  mse,         ///< the range with the smallest squared error of rounding and clipping
};

/// Inputs that are typical of what the network will see.
struct Samples {
  int64_t count = 0;
  /// One tensor an input, of its type. Throws what ends the quantisation and becomes its Status.
  std::function<std::vector<Tensor>(int64_t index, const std::vector<PortInfo>& inputs,
                                    const std::vector<PortInfo>& outputs)>
      read;
};

struct QuantizeOptions {
  QuantizationScheme scheme = QuantizationScheme::int8;
  RangeMethod method = RangeMethod::mse;
  /// Percent of the values that RangeMethod::percentile keeps on either side.
  double percentile = 99.99;
  /// Names of nodes that stay as they are; "Conv_12", the operator and the place, names a node without a name.
  std::vector<std::string> keep_float;
  /// Takes from the biases what rounding the weights adds to each output channel on average.
  bool correct_biases = true;
  /// Chooses weights for the smallest error of what they compute, not of themselves: one more run on all samples.
  bool fit_weights = true;
  /// Shapes, threads and cache of the programs that compute the statistics.
  CompileOptions compile;
  /// Told what is being done, for people who wait.
  std::function<void(const std::string& what)> progress;
};

/// Scale and zero point of a quantised value: value = (number - zero_point) * scale.
struct ValueQuantization {
  DType dtype = DType::u8;
  float scale = 1;
  int32_t zero_point = 0;
};

/// A part of the network whose result is quantised, or which computes on quantised numbers.
struct QuantizedLayer {
  std::string name;                               ///< of the node that it begins with; of the network input
  std::string operators;                          ///< "Conv + Relu"; "input"
  std::string value;                              ///< the network's name of its result
  float min = 0, max = 0;                         ///< of the samples' values
  std::optional<ValueQuantization> quantization;  ///< none: the result stays float
  /// Signal to quantisation noise ratio of the result in dB: of this layer's own quantisation, which reads the float
  /// network's values, and of the quantised network up to here. Infinite where nothing is lost.
  double own_sqnr = 0, total_sqnr = 0;
};

struct QuantizedModel {
  std::string model;  ///< the bytes of an ONNX file
  std::vector<QuantizedLayer> layers;
};

/// Quantises the network in a file: convolutions and products with constant weights, and what lies between them.
/// QuantizeLinear and DequantizeLinear say so in the result; names, shapes and metadata stay, and the operator set if
/// it is 13 or later. Batch normalisations are folded into the convolutions in front of them. The error names file,
/// node and operator: what is quantised already, TFLite, or nothing to quantise is refused.
Result<QuantizedModel> quantize(const std::string& model_path, const Samples& samples,
                                const QuantizeOptions& options = {});

}  // namespace convoy
