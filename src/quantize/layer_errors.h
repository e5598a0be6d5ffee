// How far the values of a quantised network are from those of the float one, layer by layer.
#pragma once

#include <convoy/quantize.h>

#include "quantize/insert_quantization.h"
#include "quantize/probed_program.h"

namespace convoy::quantizer {

/// Fills in own_sqnr and total_sqnr of the layers, by their `value`, from the first `samples.count` samples.
/// `network` is the float one, with the values of the layers and all that is quantised as outputs. Each layer's own
/// error is that of the quantised network when all of its quantised values are given, as the float network has them.
void measure_layers(ProbedProgram& network, const onnx::ModelProto& quantized,
                    const std::map<std::string, QuantizedNames>& names, const Samples& samples,
                    const CompileOptions& options, std::vector<QuantizedLayer>& layers);

/// 10 log10(signal / noise), infinite without noise.
double decibels(double signal, double noise);

}  // namespace convoy::quantizer
