// What CONV_2D, DEPTHWISE_CONV_2D and TRANSPOSE_CONV say, for their importers on floats and on quantised numbers.
#pragma once

#include "frontends/tflite/node_import.h"
#include "ops/conv2d.h"
#include "ops/conv_transpose2d.h"

namespace convoy::tflite_frontend {

/// Places of TRANSPOSE_CONV's inputs.
enum TransposeConvInput { kTransposeConvShape, kTransposeConvWeights, kTransposeConvSrc, kTransposeConvBias };

template <class Op>
struct Convolution {
  Op op;
  /// The transposition of the weights to those of `op`; the output channels are axis `channel_axis` of the model's.
  std::vector<int64_t> order;
  int channel_axis;
  tflite::ActivationFunctionType activation;
};

/// Each throws Error when the operands do not fit.
Convolution<Conv2d> read_conv2d(const NodeImport& node);
Convolution<Conv2d> read_depthwise_conv2d(const NodeImport& node);
Convolution<ConvTranspose2d> read_transpose_conv(const NodeImport& node);

}  // namespace convoy::tflite_frontend
