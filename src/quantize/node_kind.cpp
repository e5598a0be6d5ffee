#include "quantize/node_kind.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "frontends/onnx/model_proto.h"

namespace convoy::quantizer {
namespace {

struct Entry {
  std::string_view op;
  NodeKind kind;
};

constexpr std::array kKinds = {
    Entry{"Add", NodeKind::arithmetic},
    Entry{"AveragePool", NodeKind::average},
    Entry{"BatchNormalization", NodeKind::function},
    Entry{"Celu", NodeKind::table},
    Entry{"Clip", NodeKind::clamp},
    Entry{"Concat", NodeKind::movement},
    Entry{"Conv", NodeKind::product},
    Entry{"ConvTranspose", NodeKind::product},
    Entry{"DepthToSpace", NodeKind::movement},
    Entry{"Div", NodeKind::arithmetic},
    Entry{"Dropout", NodeKind::movement},
    Entry{"Elu", NodeKind::table},
    Entry{"Erf", NodeKind::table},
    Entry{"Exp", NodeKind::table},
    Entry{"Expand", NodeKind::movement},
    Entry{"Flatten", NodeKind::movement},
    Entry{"Gather", NodeKind::movement},
    Entry{"Gelu", NodeKind::table},
    Entry{"Gemm", NodeKind::product},
    Entry{"GlobalAveragePool", NodeKind::average},
    Entry{"GlobalMaxPool", NodeKind::movement},
    Entry{"HardSigmoid", NodeKind::function},
    Entry{"HardSwish", NodeKind::function},
    Entry{"Identity", NodeKind::movement},
    Entry{"LeakyRelu", NodeKind::function},
    Entry{"MatMul", NodeKind::product},
    Entry{"Max", NodeKind::arithmetic},
    Entry{"MaxPool", NodeKind::movement},
    Entry{"Min", NodeKind::arithmetic},
    Entry{"Mish", NodeKind::table},
    Entry{"Mul", NodeKind::arithmetic},
    Entry{"PRelu", NodeKind::function},
    Entry{"Pad", NodeKind::movement},
    Entry{"ReduceMax", NodeKind::movement},
    Entry{"ReduceMin", NodeKind::movement},
    Entry{"Relu", NodeKind::clamp},
    Entry{"Reshape", NodeKind::movement},
    Entry{"Resize", NodeKind::movement},
    Entry{"Selu", NodeKind::table},
    Entry{"Sigmoid", NodeKind::table},
    Entry{"Slice", NodeKind::movement},
    Entry{"Softplus", NodeKind::table},
    Entry{"Softsign", NodeKind::table},
    Entry{"SpaceToDepth", NodeKind::movement},
    Entry{"Split", NodeKind::movement},
    Entry{"Squeeze", NodeKind::movement},
    Entry{"Sub", NodeKind::arithmetic},
    Entry{"Sum", NodeKind::arithmetic},
    Entry{"Swish", NodeKind::table},
    Entry{"Tanh", NodeKind::table},
    Entry{"Tile", NodeKind::movement},
    Entry{"Transpose", NodeKind::movement},
    Entry{"Unsqueeze", NodeKind::movement},
};

std::string word_attribute(const onnx::NodeProto& node, const char* name, const char* fallback) {
  const onnx::AttributeProto* attribute = find_attribute(node, name);
  return attribute ? attribute->s() : fallback;
}

/// Padding with the number of zero, or with what is there.
bool pads_quantised(const onnx::NodeProto& node, const GraphIndex& index) {
  if (node.input_size() < 3 || node.input(2).empty()) return true;
  const onnx::TensorProto* value = index.constant(node.input(2));
  if (!value) return false;
  const std::string& raw = value->raw_data();
  const bool zero_bytes = std::ranges::all_of(raw, [](char c) { return c == 0; });
  return raw.empty() ? value->float_data_size() == 1 && value->float_data(0) == 0 : zero_bytes;
}

/// Movement whose results are elements of its input, in all its modes.
bool moves_elements(const onnx::NodeProto& node, const GraphIndex& index) {
  const std::string& op = node.op_type();
  const bool second_output = node.output_size() > 1 && !node.output(1).empty();
  if (op == "MaxPool" || op == "Dropout") return !second_output;
  if (op == "Pad") return pads_quantised(node, index);
  if (op == "Resize") return word_attribute(node, "mode", "nearest") == "nearest";
  if (op != "Concat") return true;
  return std::ranges::none_of(node.input(), [&](const std::string& name) { return index.constant(name); });
}

bool has_float_weights(const onnx::NodeProto& node, const GraphIndex& index) {
  const onnx::TensorProto* weights = node.input_size() > 1 ? index.constant(node.input(1)) : nullptr;
  return weights && weights->data_type() == onnx::TensorProto::FLOAT && !index.constant(node.input(0));
}

}  // namespace

NodeKind kind_of(const onnx::NodeProto& node, const GraphIndex& index) {
  if (!onnx_frontend::is_standard_domain(node.domain())) return NodeKind::other;
  const auto found = std::ranges::find(kKinds, node.op_type(), &Entry::op);
  if (found == kKinds.end()) return NodeKind::other;
  if (found->kind == NodeKind::product && !has_float_weights(node, index)) return NodeKind::other;
  if (found->kind == NodeKind::movement && !moves_elements(node, index)) return NodeKind::other;
  return found->kind;
}

std::vector<int> data_inputs(const onnx::NodeProto& node, NodeKind kind, const GraphIndex& index) {
  const bool several = kind == NodeKind::arithmetic || (kind == NodeKind::movement && node.op_type() == "Concat");
  std::vector<int> inputs;
  for (int i = 0; i < (several ? node.input_size() : std::min(node.input_size(), 1)); ++i) {
    if (!index.constant(node.input(i))) inputs.push_back(i);
  }
  return inputs;
}

}  // namespace convoy::quantizer
