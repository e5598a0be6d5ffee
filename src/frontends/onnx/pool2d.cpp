// MaxPool, AveragePool and their global forms.
#include "frontends/onnx/importers.h"
#include "frontends/onnx/spatial.h"
#include "ops/avg_pool2d.h"
#include "ops/max_pool2d.h"
#include "ops/reduce.h"

namespace convoy::onnx_frontend {
namespace {

Spatial read_pool(const NodeImport& node) {
  if (!node.has("kernel_shape")) invalid_input("attribute 'kernel_shape' is missing");
  Spatial spatial = read_spatial(node);
  apply_auto_pad(node, spatial);
  return spatial;
}

/// All spatial axes reduced to one element each.
std::vector<ValueId> global_pool(NodeImport& node, ReduceKind kind) {
  if (node.rank(0) < 3) invalid_input("src is {}, expected images, channels and spatial axes", node.type(0).str());
  Reduce op;
  op.kind = kind;
  for (int axis = 2; axis < node.rank(0); ++axis) op.axes.push_back(axis);
  return node.emit(std::move(op), {node.input(0)});
}

}  // namespace

std::vector<ValueId> import_max_pool(NodeImport& node) {
  const Spatial spatial = read_pool(node);
  MaxPool2d op;
  op.kernel = spatial.kernel;
  op.window = spatial.window;
  op.ceil_mode = node.attr_int("ceil_mode", 0) != 0;
  op.with_indices = !node.output_name(1).empty();
  op.index_order = node.attr_int("storage_order", 0) ? IndexOrder::column_major : IndexOrder::row_major;
  return emit_spatial(node, spatial, std::make_shared<MaxPool2d>(op), {with_rows(node, 0)});
}

std::vector<ValueId> import_average_pool(NodeImport& node) {
  const Spatial spatial = read_pool(node);
  AvgPool2d op;
  op.kernel = spatial.kernel;
  op.window = spatial.window;
  op.ceil_mode = node.attr_int("ceil_mode", 0) != 0;
  op.count_include_pad = node.attr_int("count_include_pad", 0) != 0;
  return emit_spatial(node, spatial, std::make_shared<AvgPool2d>(op), {with_rows(node, 0)});
}

std::vector<ValueId> import_global_average_pool(NodeImport& node) {
  return global_pool(node, ReduceKind::mean);
}

std::vector<ValueId> import_global_max_pool(NodeImport& node) {
  return global_pool(node, ReduceKind::max);
}

}  // namespace convoy::onnx_frontend
