// DepthToSpace and SpaceToDepth.
#include "ops/depth_to_space.h"

#include "frontends/onnx/importers.h"
#include "ops/space_to_depth.h"

namespace convoy::onnx_frontend {
namespace {

int64_t block_size(const NodeImport& node) {
  if (!node.has("blocksize")) invalid_input("attribute 'blocksize' is missing");
  return node.attr_int("blocksize", 0);
}

DepthToSpaceMode mode(const NodeImport& node) {
  const std::string word = node.attr_string("mode", "DCR");
  if (word != "DCR" && word != "CRD") invalid_input("mode is '{}', expected DCR or CRD", word);
  return word == "DCR" ? DepthToSpaceMode::dcr : DepthToSpaceMode::crd;
}

}  // namespace

std::vector<ValueId> import_depth_to_space(NodeImport& node) {
  DepthToSpace op;
  op.block_size = block_size(node);
  op.mode = mode(node);
  return node.emit(op, {node.input(0)});
}

std::vector<ValueId> import_space_to_depth(NodeImport& node) {
  SpaceToDepth op;
  op.block_size = block_size(node);
  op.mode = mode(node);
  return node.emit(op, {node.input(0)});
}

}  // namespace convoy::onnx_frontend
