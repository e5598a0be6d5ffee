#include "ops/conv_transpose2d.h"

#include <algorithm>

#include "frontends/simple_ops.h"
#include "frontends/tflite/activation.h"
#include "frontends/tflite/convolutions.h"
#include "frontends/tflite/importers.h"
#include "frontends/tflite/spatial.h"
#include "ops/attribute_checks.h"

namespace convoy::tflite_frontend {
namespace {

constexpr int kOutputShape = kTransposeConvShape, kWeights = kTransposeConvWeights, kSrc = kTransposeConvSrc,
              kBias = kTransposeConvBias;

/// The shape of dst, N,H,W,C, which the operator is told.
std::vector<int64_t> output_shape(const NodeImport& node) {
  const std::vector<int64_t> shape = node.constant_ints(kOutputShape);
  expect_count(shape, 4, "output shape");
  for (int64_t extent : shape) expect_range(extent, 1, kMaxExtent, "output extent");
  if (shape[0] != node.shape(kSrc)[0] || shape[3] != node.shape(kWeights)[0]) {
    invalid_input("output shape {} does not fit src {} and weights {}", Shape(shape).str(), node.shape(kSrc).str(),
                  node.shape(kWeights).str());
  }
  return shape;
}

/// Pads at the beginning are those of the convolution whose transpose this is, from dst to src; what is missing or too
/// much is at the end.
void fit_output(ConvTranspose2d& op, int axis, int64_t src, int64_t dst, int64_t kernel, int64_t pad_begin) {
  expect_range(src, 1, kMaxExtent, "src extent");
  const int64_t covered = (src - 1) * op.window.strides[axis] + kernel;
  const int64_t excess = covered - pad_begin - dst;
  op.window.pads[axis] = pad_begin;
  op.window.pads[axis + 2] = std::max<int64_t>(0, excess);
  op.output_padding[axis] = std::max<int64_t>(0, -excess);
}

}  // namespace

/// Weights are O,H,W,I.
Convolution<ConvTranspose2d> read_transpose_conv(const NodeImport& node) {
  const auto& options = node.options<tflite::TransposeConvOptions>();
  const Extent2d plane = plane_of(node.type(kSrc));
  if (node.rank(kWeights) != 4) invalid_input("weights are {}, expected 4 axes", node.type(kWeights).str());
  const std::vector<int64_t> dst = output_shape(node);
  const Extent2d kernel{node.shape(kWeights)[1], node.shape(kWeights)[2]};
  ConvTranspose2d op;
  op.window = window_of({dst[1], dst[2]}, kernel, options.padding(), {options.stride_h(), options.stride_w()});
  fit_output(op, 0, plane.h, dst[1], kernel.h, op.window.pads[0]);
  fit_output(op, 1, plane.w, dst[2], kernel.w, op.window.pads[1]);
  return {std::move(op), {3, 0, 1, 2}, 0, options.fused_activation_function()};
}

std::vector<ValueId> import_transpose_conv(NodeImport& node) {
  Convolution<ConvTranspose2d> conv = read_transpose_conv(node);
  const ValueId src = node.channels_first(node.input(kSrc), "/nchw");
  const ValueId iohw = node.helper(transpose_to(conv.order), {node.input(kWeights)}, "/iohw");
  const ValueId result = node.add(std::move(conv.op), {src, iohw, node.optional_input(kBias)});
  return {node.channels_last(activated(node, result, conv.activation))};
}

}  // namespace convoy::tflite_frontend
