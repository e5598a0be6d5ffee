// DEPTH_TO_SPACE and SPACE_TO_DEPTH.
#include "ops/depth_to_space.h"

#include "frontends/tflite/importers.h"
#include "ops/space_to_depth.h"

namespace convoy::tflite_frontend {

std::vector<ValueId> import_depth_to_space(NodeImport& node) {
  DepthToSpace op;
  op.block_size = node.options<tflite::DepthToSpaceOptions>().block_size();
  return {node.channels_last(node.add(op, {node.channels_first(node.input(0), "/nchw")}))};
}

std::vector<ValueId> import_space_to_depth(NodeImport& node) {
  SpaceToDepth op;
  op.block_size = node.options<tflite::SpaceToDepthOptions>().block_size();
  return {node.channels_last(node.add(op, {node.channels_first(node.input(0), "/nchw")}))};
}

}  // namespace convoy::tflite_frontend
