#include "quantize/lift_opset.h"

#include <algorithm>
#include <array>
#include <limits>

#include "frontends/onnx/model_proto.h"
#include "frontends/onnx/node_order.h"
#include "quantize/graph_index.h"
#include "quantize/source_model.h"
#include "support/error.h"

namespace convoy::quantizer {
namespace {

/// Operators that mean the same from set 7 to 13, in alphabetical order.
constexpr std::array kUnchanged = {"Abs",
                                   "Add",
                                   "And",
                                   "ArgMax",
                                   "ArgMin",
                                   "AveragePool",
                                   "Cast",
                                   "Ceil",
                                   "Concat",
                                   "Constant",
                                   "ConstantOfShape",
                                   "Conv",
                                   "ConvTranspose",
                                   "Cos",
                                   "DepthToSpace",
                                   "Div",
                                   "Elu",
                                   "Equal",
                                   "Erf",
                                   "Exp",
                                   "Expand",
                                   "Flatten",
                                   "Floor",
                                   "Gather",
                                   "Gemm",
                                   "GlobalAveragePool",
                                   "GlobalMaxPool",
                                   "Greater",
                                   "HardSigmoid",
                                   "Identity",
                                   "InstanceNormalization",
                                   "LRN",
                                   "LeakyRelu",
                                   "Less",
                                   "Log",
                                   "MatMul",
                                   "Max",
                                   "MaxPool",
                                   "Mean",
                                   "Min",
                                   "Mod",
                                   "Mul",
                                   "Neg",
                                   "Not",
                                   "Or",
                                   "PRelu",
                                   "Pow",
                                   "Reciprocal",
                                   "ReduceL1",
                                   "ReduceL2",
                                   "ReduceLogSum",
                                   "ReduceLogSumExp",
                                   "ReduceMax",
                                   "ReduceMean",
                                   "ReduceMin",
                                   "ReduceProd",
                                   "ReduceSumSquare",
                                   "Relu",
                                   "Reshape",
                                   "Round",
                                   "Selu",
                                   "Shape",
                                   "Sigmoid",
                                   "Sign",
                                   "Sin",
                                   "Size",
                                   "Softplus",
                                   "Softsign",
                                   "SpaceToDepth",
                                   "Sqrt",
                                   "Sub",
                                   "Sum",
                                   "Tanh",
                                   "Tile",
                                   "Transpose",
                                   "Where",
                                   "Xor"};

class Lifter {
 public:
  explicit Lifter(onnx::ModelProto& model)
      : graph_(*model.mutable_graph()), opset_(onnx_frontend::opset_of(model, "")), names_(graph_) {}

  void run() {
    google::protobuf::RepeatedPtrField<onnx::NodeProto> old;
    old.Swap(graph_.mutable_node());
    for (int i = 0; i < old.size(); ++i) lift(old[i], i);
  }

 private:
  void lift(onnx::NodeProto& node, int index) {
    const std::string& op = node.op_type();
    const bool own = !onnx_frontend::is_standard_domain(node.domain());
    if (own || std::find(kUnchanged.begin(), kUnchanged.end(), op) != kUnchanged.end()) return keep(node);
    if (op == "BatchNormalization") return drop_and_keep(node, "spatial");
    if (op == "Dropout" && node.output_size() == 1) return drop_and_keep(node, "ratio");
    if (op == "Clip") return lift_clip(node);
    if (op == "Pad") return lift_pad(node);
    if (op == "Slice") return lift_lists(node, {"starts", "ends", "axes"});
    if (op == "Split") return lift_lists(node, {"split"});
    if (op == "Squeeze" || op == "Unsqueeze" || op == "ReduceSum") return lift_lists(node, {"axes"});
    if (op == "Softmax" || op == "LogSoftmax") return lift_softmax(node);
    if (op == "Upsample" || op == "Resize") return lift_resize(node);
    unsupported(
        "{}: the model is of opset {}, quantising needs opset {} and cannot lift this operator to it; "
        "onnx.version_converter can convert the model",
        onnx_frontend::describe(node, index), opset_, kQuantizingOpset);
  }

  void keep(onnx::NodeProto& node) { *graph_.add_node() = std::move(node); }

  void drop_and_keep(onnx::NodeProto& node, const std::string& attribute) {
    remove_attribute(node, attribute);
    keep(node);
  }

  std::string constant(const onnx::NodeProto& node, const std::string& what, const Tensor& tensor) {
    const std::string name = names_(node.name() + "_" + what);
    *graph_.add_initializer() = proto_of(name, tensor);
    return name;
  }

  /// min and max became inputs with set 11.
  void lift_clip(onnx::NodeProto& node) {
    if (opset_ < 11) {
      constexpr float kMost = std::numeric_limits<float>::max();
      node.add_input(constant(node, "min", Tensor::scalar(float_attribute(node, "min", -kMost))));
      node.add_input(constant(node, "max", Tensor::scalar(float_attribute(node, "max", kMost))));
      remove_attribute(node, "min");
      remove_attribute(node, "max");
    }
    keep(node);
  }

  void lift_pad(onnx::NodeProto& node) {
    if (opset_ < 11) {
      const float value = float_attribute(node, "value", 0);
      move_list(node, "pads");
      node.add_input(constant(node, "value", Tensor::scalar(value)));
      remove_attribute(node, "value");
    }
    keep(node);
  }

  /// The attribute as the next input.
  void move_list(onnx::NodeProto& node, const std::string& name) {
    const onnx::AttributeProto* attribute = find_attribute(node, name);
    if (!attribute) return;
    const std::vector<int64_t> values(attribute->ints().begin(), attribute->ints().end());
    node.add_input(constant(node, name, Tensor::of(values)));
    remove_attribute(node, name);
  }

  void lift_lists(onnx::NodeProto& node, std::initializer_list<const char*> attributes) {
    for (const char* name : attributes) move_list(node, name);
    keep(node);
  }

  /// Before set 13 all axes from `axis` on were one.
  void lift_softmax(onnx::NodeProto& node) {
    const int64_t axis = int_attribute(node, "axis", 1);
    remove_attribute(node, "axis");
    if (axis == -1) return keep(node);
    const std::string src = node.input(0), dst = node.output(0);
    const std::string shape = append("Shape", node, {src}), flat = append("Flatten", node, {src});
    onnx::AttributeProto& attribute = *graph_.mutable_node(graph_.node_size() - 1)->add_attribute();
    attribute.set_name("axis");
    attribute.set_type(onnx::AttributeProto::INT);
    attribute.set_i(axis);
    const std::string result = names_(node.name() + "_result");
    node.set_input(0, flat);
    node.set_output(0, result);
    keep(node);
    append("Reshape", graph_.node(graph_.node_size() - 1), {result, shape}, dst);
  }

  /// Adds a node beside another; returns its output.
  std::string append(const std::string& op, const onnx::NodeProto& beside, const std::vector<std::string>& inputs,
                     const std::string& output = "") {
    const std::string name = names_(beside.name() + "_" + op);
    onnx::NodeProto& node = *graph_.add_node();
    node.set_op_type(op);
    node.set_name(name);
    for (const std::string& input : inputs) node.add_input(input);
    node.add_output(output.empty() ? names_(name + "_output") : output);
    return node.output(0);
  }

  /// Upsample, and Resize of set 10, take the source pixel at floor(x / scale).
  void lift_resize(onnx::NodeProto& node) {
    if (opset_ < 11) {
      if (const onnx::AttributeProto* scales = find_attribute(node, "scales")) {
        const std::vector<float> values(scales->floats().begin(), scales->floats().end());
        node.add_input(constant(node, "scales", Tensor::of(values)));
        remove_attribute(node, "scales");
      }
      const std::string scales = node.input(1);
      node.set_op_type("Resize");
      node.set_input(1, "");
      node.add_input(scales);
      add_word(node, "coordinate_transformation_mode", "asymmetric");
      add_word(node, "nearest_mode", "floor");
    }
    keep(node);
  }

  static void add_word(onnx::NodeProto& node, const char* name, const char* word) {
    onnx::AttributeProto& attribute = *node.add_attribute();
    attribute.set_name(name);
    attribute.set_type(onnx::AttributeProto::STRING);
    attribute.set_s(word);
  }

  onnx::GraphProto& graph_;
  int64_t opset_;
  FreshNames names_;
};

}  // namespace

void lift_opset(onnx::ModelProto& model) {
  constexpr int64_t kIrVersion = 7;  // the one that goes with operator set 13
  constexpr int64_t kOldest = 7;     // broadcasting had other rules before
  const int64_t opset = onnx_frontend::opset_of(model, "");
  if (opset >= kQuantizingOpset) return;
  if (opset < kOldest) {
    unsupported("opset {} is too old to be quantised; onnx.version_converter can convert the model to opset {}", opset,
                kQuantizingOpset);
  }
  Lifter(model).run();
  for (onnx::OperatorSetIdProto& opset : *model.mutable_opset_import()) {
    if (onnx_frontend::is_standard_domain(opset.domain())) opset.set_version(kQuantizingOpset);
  }
  model.set_ir_version(std::max(model.ir_version(), kIrVersion));
}

}  // namespace convoy::quantizer
