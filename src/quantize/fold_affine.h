// Convolutions take in the normalisation behind them, so that one product is left to be quantised.
#pragma once

#include <onnx/onnx_pb.h>

#include <memory>

namespace convoy::quantizer {

/// Changes:
///   Conv or ConvTranspose, then BatchNormalization, or Add, Sub, Mul or Div by a constant a channel: into weights and
///   bias;
///   Gemm with alpha and beta: into weights and bias.
/// Requires: constants, and nothing else that reads the convolution's result. Nodes are sorted.
/// Afterwards the convolution computes the value that the folded node had computed, under that name.
///
///   c = Conv(x, w, b)   y = BatchNormalization(c, scale, shift, mean, var)
///   y = Conv(x, w * scale / sqrt(var + eps), (b - mean) * scale / sqrt(var + eps) + shift)
///
/// Worth it because the numbers between the two would be rounded once more, and channels whose factors differ need
/// scales of their own.
void fold_affine(const std::shared_ptr<onnx::ModelProto>& model);

}  // namespace convoy::quantizer
