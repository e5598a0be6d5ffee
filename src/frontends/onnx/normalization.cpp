// BatchNormalization, InstanceNormalization, LayerNormalization, GroupNormalization and LRN.
#include "frontends/onnx/importers.h"
#include "frontends/simple_ops.h"
#include "ops/batch_norm.h"
#include "ops/expand.h"
#include "ops/group_norm.h"
#include "ops/instance_norm.h"
#include "ops/layer_norm.h"
#include "ops/lrn.h"

namespace convoy::onnx_frontend {
namespace {

constexpr double kDefaultEpsilon = 1e-5;

/// Until opset 13 the outputs told whether to train, then an attribute.
void refuse_training(const NodeImport& node) {
  bool trains = node.attr_int("training_mode", 0) != 0;
  for (int i = 1; node.opset() < 14 && i < node.output_count(); ++i) trains = trains || !node.output_name(i).empty();
  if (trains) unsupported("it is in training mode; networks exported for inference work");
}

/// Until opset 20 GroupNormalization's parameters had one value a group: repeats each for the group's channels.
ValueId for_each_channel(NodeImport& node, int index, int64_t groups, const char* suffix) {
  const int64_t channels = node.rank(0) > 1 ? node.shape(0)[1] : 0;
  if (node.opset() >= 21 || groups < 1 || channels % groups != 0 || node.shape(index) != Shape{groups}) {
    return node.input(index);
  }
  const std::string name = suffix;
  const ValueId column = node.helper(reshape_to({groups, 1}), {node.input(index)}, (name + "/column").c_str());
  Expand expand;
  expand.shape = {groups, channels / groups};
  const ValueId rows = node.helper(std::move(expand), {column}, (name + "/rows").c_str());
  return node.helper(reshape_to({channels}), {rows}, suffix);
}

}  // namespace

std::vector<ValueId> import_batch_normalization(NodeImport& node) {
  refuse_training(node);
  if (node.opset() < 9 && !node.attr_int("spatial", 1)) {
    unsupported("spatial 0 (a mean for each element) is not supported, spatial 1 is");
  }
  BatchNorm op;
  op.epsilon = node.attr_float("epsilon", kDefaultEpsilon);
  return node.emit(op, {node.input(0), node.input(1), node.input(2), node.input(3), node.input(4)});
}

std::vector<ValueId> import_instance_normalization(NodeImport& node) {
  InstanceNorm op;
  op.epsilon = node.attr_float("epsilon", kDefaultEpsilon);
  return node.emit(op, {node.input(0), node.input(1), node.input(2)});
}

/// Its other outputs, mean and deviation for training, are not computed.
std::vector<ValueId> import_layer_normalization(NodeImport& node) {
  LayerNorm op;
  op.axis = NodeImport::normalize_axis(node.attr_int("axis", -1), node.rank(0));
  op.epsilon = node.attr_float("epsilon", kDefaultEpsilon);
  return node.emit(op, {node.input(0), node.input(1), node.optional_input(2)});
}

std::vector<ValueId> import_group_normalization(NodeImport& node) {
  if (!node.has("num_groups")) invalid_input("attribute 'num_groups' is missing");
  GroupNorm op;
  op.groups = node.attr_int("num_groups", 1);
  op.epsilon = node.attr_float("epsilon", kDefaultEpsilon);
  return node.emit(op, {node.input(0), for_each_channel(node, 1, op.groups, "/scale"),
                        for_each_channel(node, 2, op.groups, "/bias")});
}

std::vector<ValueId> import_lrn(NodeImport& node) {
  if (!node.has("size")) invalid_input("attribute 'size' is missing");
  Lrn op;
  op.size = node.attr_int("size", 1);
  op.alpha = node.attr_float("alpha", 1e-4);
  op.beta = node.attr_float("beta", 0.75);
  op.bias = node.attr_float("bias", 1);
  return node.emit(op, {node.input(0)});
}

}  // namespace convoy::onnx_frontend
