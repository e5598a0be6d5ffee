#include "quantize/fold_affine.h"

#include <cmath>
#include <optional>

#include "frontends/onnx/model_proto.h"
#include "quantize/graph_index.h"
#include "quantize/source_model.h"

namespace convoy::quantizer {
namespace {

/// y = factor * x + offset, channel by channel.
struct Affine {
  std::vector<double> factor, offset;
};

class Folder {
 public:
  explicit Folder(const std::shared_ptr<onnx::ModelProto>& model)
      : model_(model), graph_(*model->mutable_graph()), names_(graph_) {}

  void run() {
    for (onnx::NodeProto& node : *graph_.mutable_node()) {
      if (is_standard(node) && node.op_type() == "Gemm") fold_factors(node);
    }
    while (fold_one()) {
    }
  }

 private:
  static bool is_standard(const onnx::NodeProto& node) { return onnx_frontend::is_standard_domain(node.domain()); }

  /// The first node behind a convolution that can be folded; false when there is none.
  bool fold_one() {
    const GraphIndex index(graph_);
    for (int i = 0; i < graph_.node_size(); ++i) {
      onnx::NodeProto& conv = *graph_.mutable_node(i);
      if (!is_standard(conv) || (conv.op_type() != "Conv" && conv.op_type() != "ConvTranspose")) continue;
      const int next = index.only_reader(conv.output(0));
      if (next < 0 || !is_standard(graph_.node(next))) continue;
      const auto weights = floats(index, conv.input(1));
      const bool biased = conv.input_size() > 2 && !conv.input(2).empty();
      const auto bias = biased ? floats(index, conv.input(2)) : std::nullopt;
      if (!weights || (biased && !bias)) continue;
      const auto affine = affine_of(index, graph_.node(next), conv.output(0), output_channels(conv, *weights));
      if (!affine) continue;
      apply(conv, *weights, bias, *affine);
      conv.set_output(0, graph_.node(next).output(0));
      graph_.mutable_node()->DeleteSubrange(next, 1);
      return true;
    }
    return false;
  }

  /// A constant of floats.
  std::optional<Tensor> floats(const GraphIndex& index, const std::string& name) const {
    const onnx::TensorProto* proto = index.constant(name);
    if (!proto || proto->data_type() != onnx::TensorProto::FLOAT) return std::nullopt;
    return tensor_of(*proto, model_);
  }

  static int64_t output_channels(const onnx::NodeProto& conv, const Tensor& weights) {
    if (weights.shape().rank() < 2 || weights.elems() == 0) return 0;
    return conv.op_type() == "Conv" ? weights.shape()[0] : weights.shape()[1] * int_attribute(conv, "group", 1);
  }

  std::optional<Affine> affine_of(const GraphIndex& index, const onnx::NodeProto& node, const std::string& src,
                                  int64_t channels) const {
    if (channels < 1) return std::nullopt;
    if (node.op_type() == "BatchNormalization") return normalisation(index, node, channels);
    if (node.input_size() != 2) return std::nullopt;
    const bool first = node.input(0) == src;
    const auto values = channel_constant(index, node.input(first ? 1 : 0), channels);
    if (!values) return std::nullopt;
    const std::string& op = node.op_type();
    Affine affine{std::vector<double>(channels, 1), std::vector<double>(channels, 0)};
    for (int64_t c = 0; c < channels; ++c) {
      const double value = (*values)[c];
      if (op == "Add") {
        affine.offset[c] = value;
      } else if (op == "Sub") {
        affine.factor[c] = first ? 1 : -1;
        affine.offset[c] = first ? -value : value;
      } else if (op == "Mul") {
        affine.factor[c] = value;
      } else if (op == "Div" && first) {
        affine.factor[c] = 1 / value;
      } else {
        return std::nullopt;
      }
    }
    return affine;
  }

  std::optional<Affine> normalisation(const GraphIndex& index, const onnx::NodeProto& node, int64_t channels) const {
    std::vector<Tensor> parameters;
    for (int i = 1; i < node.input_size(); ++i) {
      const auto tensor = floats(index, node.input(i));
      if (!tensor || tensor->elems() != channels) return std::nullopt;
      parameters.push_back(*tensor);
    }
    if (parameters.size() != 4 || node.output_size() != 1) return std::nullopt;
    const float *scale = parameters[0].as<float>(), *shift = parameters[1].as<float>();
    const float *mean = parameters[2].as<float>(), *variance = parameters[3].as<float>();
    const double epsilon = float_attribute(node, "epsilon", 1e-5f);
    Affine affine;
    for (int64_t c = 0; c < channels; ++c) {
      const double factor = scale[c] / std::sqrt(variance[c] + epsilon);
      affine.factor.push_back(factor);
      affine.offset.push_back(shift[c] - mean[c] * factor);
    }
    return affine;
  }

  /// A value a channel of a constant that broadcasts along the channels, the axis behind the batch, alone.
  std::optional<std::vector<double>> channel_constant(const GraphIndex& index, const std::string& name,
                                                      int64_t channels) const {
    const auto tensor = floats(index, name);
    if (!tensor) return std::nullopt;
    const float* data = tensor->as<float>();
    if (tensor->elems() == 1) return std::vector<double>(channels, data[0]);
    const Shape& shape = tensor->shape();
    const int axis = shape.rank() - 3;
    const bool along_channels = shape.rank() <= 4 && axis >= 0 && shape[axis] == channels;
    if (!along_channels || tensor->elems() != channels) return std::nullopt;
    return std::vector<double>(data, data + channels);
  }

  void apply(onnx::NodeProto& conv, const Tensor& weights, const std::optional<Tensor>& bias, const Affine& affine) {
    const auto channels = static_cast<int64_t>(affine.factor.size());
    const bool transposed = conv.op_type() == "ConvTranspose";
    const int64_t inner = weights.shape()[1], window = weights.elems() / (weights.shape()[0] * inner);
    const int64_t groups = int_attribute(conv, "group", 1), inputs_a_group = weights.shape()[0] / groups;
    Tensor scaled(weights.type());
    for (int64_t i = 0; i < weights.elems(); ++i) {
      const int64_t outer = i / (inner * window);
      const int64_t c = transposed ? outer / inputs_a_group * inner + i / window % inner : outer;
      scaled.as<float>()[i] = static_cast<float>(weights.as<float>()[i] * affine.factor[c]);
    }
    Tensor shifted(DType::f32, Shape{channels});
    for (int64_t c = 0; c < channels; ++c) {
      const double old = bias ? bias->as<float>()[c] : 0;
      shifted.as<float>()[c] = static_cast<float>(old * affine.factor[c] + affine.offset[c]);
    }
    set_input(conv, 1, scaled);
    set_input(conv, 2, shifted);
  }

  /// alpha and beta of a Gemm.
  void fold_factors(onnx::NodeProto& node) {
    const GraphIndex index(graph_);
    const double factors[] = {1, float_attribute(node, "alpha", 1), float_attribute(node, "beta", 1)};
    const char* names[] = {"", "alpha", "beta"};
    for (int i = 1; i < node.input_size(); ++i) {
      const auto tensor = factors[i] == 1 ? std::nullopt : floats(index, node.input(i));
      if (!tensor) continue;
      Tensor scaled(tensor->type());
      for (int64_t k = 0; k < scaled.elems(); ++k) {
        scaled.as<float>()[k] = static_cast<float>(tensor->as<float>()[k] * factors[i]);
      }
      set_input(node, i, scaled);
      remove_attribute(node, names[i]);
    }
  }

  /// A new constant; the old one may have other readers.
  void set_input(onnx::NodeProto& node, int index, const Tensor& tensor) {
    const bool has_name = index < node.input_size() && !node.input(index).empty();
    const std::string old = has_name ? node.input(index) : node.name() + (index == 1 ? "_weights" : "_bias");
    const std::string name = names_(old + "_folded");
    *graph_.add_initializer() = proto_of(name, tensor);
    while (node.input_size() <= index) node.add_input("");
    node.set_input(index, name);
  }

  std::shared_ptr<onnx::ModelProto> model_;
  onnx::GraphProto& graph_;
  FreshNames names_;
};

}  // namespace

void fold_affine(const std::shared_ptr<onnx::ModelProto>& model) {
  Folder(model).run();
}

}  // namespace convoy::quantizer
