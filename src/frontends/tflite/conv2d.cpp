// CONV_2D and DEPTHWISE_CONV_2D.
#include "ops/conv2d.h"

#include "frontends/simple_ops.h"
#include "frontends/tflite/activation.h"
#include "frontends/tflite/convolutions.h"
#include "frontends/tflite/dilated_convolutions.h"
#include "frontends/tflite/importers.h"
#include "frontends/tflite/spatial.h"

namespace convoy::tflite_frontend {
namespace {

void check_weights(const NodeImport& node) {
  if (node.rank(1) != 4) invalid_input("weights are {}, expected 4 axes", node.type(1).str());
}

/// The window of a convolution over blocks of an image as one over the image.
void widen(Window2d& window, const ImageBlocks& blocks, const Extent2d& plane) {
  const int64_t extents[] = {plane.h, plane.w};
  for (int axis = 0; axis < 2; ++axis) {
    const int64_t block = blocks.block[axis];
    if ((extents[axis] + blocks.padding[axis]) % block != 0) {
      invalid_input("{} rows or columns and {} of padding do not consist of blocks of {}", extents[axis],
                    blocks.padding[axis], block);
    }
    window.dilations[axis] *= block;
    window.pads[axis] = blocks.begin[axis] + block * window.pads[axis];
    window.pads[axis + 2] = blocks.end[axis] + block * window.pads[axis + 2];
  }
}

template <class Options>
Conv2d operator_of(const NodeImport& node, const Options& options, int64_t group) {
  const Shape& weights = node.shape(1);
  const Extent2d plane = plane_of(node.type(0));
  Conv2d op;
  op.group = group;
  op.window = window_of(plane, {weights[1], weights[2]}, options.padding(), {options.stride_h(), options.stride_w()},
                        {options.dilation_h_factor(), options.dilation_w_factor()});
  if (node.blocks()) widen(op.window, *node.blocks(), plane);
  return op;
}

std::vector<ValueId> emit(NodeImport& node, Convolution<Conv2d> conv) {
  const ValueId src = node.channels_first(node.input(0), "/nchw");
  const ValueId oihw = node.helper(transpose_to(conv.order), {node.input(1)}, "/oihw");
  const ValueId dst = node.add(std::move(conv.op), {src, oihw, node.optional_input(2)});
  return {node.channels_last(activated(node, dst, conv.activation))};
}

}  // namespace

/// Weights are O,H,W,I.
Convolution<Conv2d> read_conv2d(const NodeImport& node) {
  check_weights(node);
  plane_of(node.type(0));
  const auto& options = node.options<tflite::Conv2DOptions>();
  const int64_t channels = node.shape(0)[3], per_group = node.shape(1)[3];
  if (per_group < 1 || channels % per_group != 0) {
    invalid_input("weights {} take {} channels a group, which do not divide those of src {}", node.shape(1).str(),
                  per_group, node.shape(0).str());
  }
  return {operator_of(node, options, channels / per_group), {0, 3, 1, 2}, 0, options.fused_activation_function()};
}

/// As many groups as channels; output channel c * multiplier + i comes from channel c. Weights are 1,H,W,O.
Convolution<Conv2d> read_depthwise_conv2d(const NodeImport& node) {
  check_weights(node);
  plane_of(node.type(0));
  const auto& options = node.options<tflite::DepthwiseConv2DOptions>();
  return {operator_of(node, options, node.shape(0)[3]), {3, 0, 1, 2}, 3, options.fused_activation_function()};
}

std::vector<ValueId> import_conv2d(NodeImport& node) {
  return emit(node, read_conv2d(node));
}

std::vector<ValueId> import_depthwise_conv2d(NodeImport& node) {
  return emit(node, read_depthwise_conv2d(node));
}

}  // namespace convoy::tflite_frontend
