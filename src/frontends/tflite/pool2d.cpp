// AVERAGE_POOL_2D, MAX_POOL_2D and L2_POOL_2D.
#include "frontends/tflite/activation.h"
#include "frontends/tflite/importers.h"
#include "frontends/tflite/spatial.h"
#include "ops/avg_pool2d.h"
#include "ops/elementwise.h"
#include "ops/max_pool2d.h"

namespace convoy::tflite_frontend {
namespace {

/// A pool with its kernel and window. Padding does not count.
template <class Pool>
Pool read_pool(const NodeImport& node, const tflite::Pool2DOptions& options) {
  Pool op;
  const Extent2d kernel{options.filter_height(), options.filter_width()};
  op.kernel = {kernel.h, kernel.w};
  op.window = window_of(plane_of(node.type(0)), kernel, options.padding(), {options.stride_h(), options.stride_w()});
  return op;
}

template <class Pool>
std::vector<ValueId> emit(NodeImport& node) {
  const auto& options = node.options<tflite::Pool2DOptions>();
  const ValueId dst = node.add(read_pool<Pool>(node, options), {node.channels_first(node.input(0), "/nchw")});
  return {node.channels_last(activated(node, dst, options.fused_activation_function()))};
}

}  // namespace

std::vector<ValueId> import_average_pool(NodeImport& node) {
  return emit<AvgPool2d>(node);
}

std::vector<ValueId> import_max_pool(NodeImport& node) {
  return emit<MaxPool2d>(node);
}

/// The root of the mean of squares.
std::vector<ValueId> import_l2_pool(NodeImport& node) {
  const auto& options = node.options<tflite::Pool2DOptions>();
  const ValueId src = node.channels_first(node.input(0), "/nchw");
  const ValueId squares = node.helper(binary(BinaryKind::mul), {src, src}, "/square");
  const ValueId mean = node.add(read_pool<AvgPool2d>(node, options), {squares});
  const ValueId root = node.helper(unary(UnaryKind::sqrt), {mean}, "/sqrt");
  return {node.channels_last(activated(node, root, options.fused_activation_function()))};
}

}  // namespace convoy::tflite_frontend
