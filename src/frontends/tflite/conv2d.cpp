// CONV_2D and DEPTHWISE_CONV_2D.
#include "ops/conv2d.h"

#include "frontends/simple_ops.h"
#include "frontends/tflite/activation.h"
#include "frontends/tflite/importers.h"
#include "frontends/tflite/spatial.h"

namespace convoy::tflite_frontend {
namespace {

/// Weights in TFLite's order as O,I,H,W.
constexpr int64_t kFromOhwi[] = {0, 3, 1, 2};
/// Depthwise ones are 1,H,W,O.
constexpr int64_t kFrom1hwo[] = {3, 0, 1, 2};

void check_weights(const NodeImport& node) {
  if (node.rank(1) != 4) invalid_input("weights are {}, expected 4 axes", node.type(1).str());
}

template <class Options>
std::vector<ValueId> emit(NodeImport& node, const Options& options, int64_t group, std::span<const int64_t> order) {
  const Shape& weights = node.shape(1);
  Conv2d op;
  op.group = group;
  op.window =
      window_of(plane_of(node.type(0)), {weights[1], weights[2]}, options.padding(),
                {options.stride_h(), options.stride_w()}, {options.dilation_h_factor(), options.dilation_w_factor()});
  const ValueId src = node.channels_first(node.input(0), "/nchw");
  const ValueId oihw = node.helper(transpose_to({order.begin(), order.end()}), {node.input(1)}, "/oihw");
  const ValueId dst = node.add(std::move(op), {src, oihw, node.optional_input(2)});
  return {node.channels_last(activated(node, dst, options.fused_activation_function()))};
}

}  // namespace

std::vector<ValueId> import_conv2d(NodeImport& node) {
  check_weights(node);
  plane_of(node.type(0));
  const int64_t channels = node.shape(0)[3], per_group = node.shape(1)[3];
  if (per_group < 1 || channels % per_group != 0) {
    invalid_input("weights {} take {} channels a group, which do not divide those of src {}", node.shape(1).str(),
                  per_group, node.shape(0).str());
  }
  return emit(node, node.options<tflite::Conv2DOptions>(), channels / per_group, kFromOhwi);
}

/// As many groups as channels; output channel c * multiplier + i comes from channel c.
std::vector<ValueId> import_depthwise_conv2d(NodeImport& node) {
  check_weights(node);
  plane_of(node.type(0));
  return emit(node, node.options<tflite::DepthwiseConv2DOptions>(), node.shape(0)[3], kFrom1hwo);
}

}  // namespace convoy::tflite_frontend
