#include "quantize/insert_quantization.h"

#include <algorithm>
#include <optional>

#include "quantize/fit_weights.h"
#include "quantize/source_model.h"
#include "support/error.h"

namespace convoy::quantizer {
namespace {

using Nodes = google::protobuf::RepeatedPtrField<onnx::NodeProto>;

/// The input that adds a product's bias: its own, or that of an Add behind it.
struct BiasPlace {
  int node, input;
};

class Inserter {
 public:
  Inserter(const std::shared_ptr<onnx::ModelProto>& model, const ChosenValues& chosen,
           const std::vector<ValueQuantization>& quantizations, const Statistics& statistics,
           const InsertOptions& options)
      : model_(model),
        graph_(*model->mutable_graph()),
        chosen_(chosen),
        quantizations_(quantizations),
        statistics_(statistics),
        options_(options),
        names_(graph_),
        before_(graph_.node_size()) {}

  std::map<std::string, QuantizedNames> run() {
    name_values();
    quantise_products();
    redirect_readers();
    write_nodes();
    return std::move(quantized_);
  }

 private:
  std::string add_constant(const std::string& wanted, const Tensor& tensor) {
    const std::string name = names_(wanted);
    *graph_.add_initializer() = proto_of(name, tensor);
    return name;
  }

  void name_values() {
    for (size_t g = 0; g < chosen_.groups.size(); ++g) {
      const auto& values = chosen_.groups[g].values;
      const ValueQuantization& quantization = quantizations_[g];
      const std::string scale = add_constant(values[0] + "_scale", Tensor::scalar(quantization.scale));
      const Tensor zero = quantization.dtype == DType::u8
                              ? Tensor::scalar(static_cast<uint8_t>(quantization.zero_point))
                              : Tensor::scalar(static_cast<int8_t>(quantization.zero_point));
      const std::string zero_point = add_constant(values[0] + "_zero_point", zero);
      for (const std::string& value : values) {
        quantized_[value] = {names_(value + "_quantized"), names_(value + "_dequantized"), scale, zero_point};
      }
    }
  }

  onnx::NodeProto conversion(const char* op, const std::string& value, const std::vector<std::string>& inputs,
                             const std::string& output) {
    onnx::NodeProto node;
    node.set_op_type(op);
    node.set_name(names_(value + "_" + op));
    for (const std::string& input : inputs) node.add_input(input);
    node.add_output(output);
    return node;
  }

  void quantise_products() {
    const GraphIndex index(graph_);
    for (int node : chosen_.products) quantise_product(index, node);
  }

  void quantise_product(const GraphIndex& index, int at) {
    onnx::NodeProto& node = *graph_.mutable_node(at);
    const std::string src = node.input(0), weights_name = node.input(1);
    const Tensor weights = tensor_of(*index.constant(weights_name), model_);
    const WeightLayout layout(node, weights.shape());
    const float src_scale = quantizations_[chosen_.group_of.at(src)].scale;
    const auto place = bias_place(index, at);
    auto biases = place ? biases_at(index, *place, layout) : std::nullopt;
    const QuantizedWeights quantized = fitted_or_nearest(at, weights, layout, src_scale, biases);
    node.set_input(1, add_dequantised(at, weights_name, quantized.numbers, quantized.scale, layout.axis()));
    if (biases) write_bias(at, *place, quantize_bias(*biases, quantized, layout, src_scale));
  }

  /// Corrects the biases, if there are such.
  QuantizedWeights fitted_or_nearest(int at, const Tensor& weights, const WeightLayout& layout, float src_scale,
                                     std::optional<std::vector<float>>& biases) const {
    const bool corrects = options_.correct_biases && biases;
    const std::span<const float> fixed = biases ? std::span<const float>(*biases) : std::span<const float>();
    if (const auto moments = options_.moments.find(at); moments != options_.moments.end()) {
      const WeightFit fit(moments->second, corrects, options_.threads);
      const Tensor adjusted = fit.adjusted(weights, layout);
      QuantizedWeights quantized = quantize_weights(adjusted, layout, options_.scheme, src_scale, fixed);
      fit.round(adjusted, layout, quantized);
      if (corrects) add(mean_difference(weights, quantized, layout, moments->second), 1, *biases);
      return quantized;
    }
    QuantizedWeights quantized = quantize_weights(weights, layout, options_.scheme, src_scale, fixed);
    const auto means = statistics_.means.find(graph_.node(at).input(0));
    const bool known = means != statistics_.means.end() && int64_t(means->second.means.size()) == layout.inputs();
    if (corrects && known) add(mean_error(weights, quantized, layout, means->second.means), -1, *biases);
    return quantized;
  }

  static void add(const std::vector<double>& values, double factor, std::vector<float>& biases) {
    for (size_t o = 0; o < values.size(); ++o) biases[o] += static_cast<float>(factor * values[o]);
  }

  /// Nothing where a bias could not be one number an output channel.
  std::optional<BiasPlace> bias_place(const GraphIndex& index, int at) const {
    const onnx::NodeProto& node = graph_.node(at);
    if (node.op_type() != "MatMul") return BiasPlace{at, 2};
    const int reader = index.only_reader(node.output(0));
    if (reader < 0 || graph_.node(reader).op_type() != "Add") return std::nullopt;
    const int side = graph_.node(reader).input(0) == node.output(0) ? 1 : 0;
    return BiasPlace{reader, side};
  }

  /// The biases, zeros where a product has none; nothing when they are not known, or not one an output.
  std::optional<std::vector<float>> biases_at(const GraphIndex& index, const BiasPlace& place,
                                              const WeightLayout& layout) const {
    const onnx::NodeProto& node = graph_.node(place.node);
    const bool given = place.input < node.input_size() && !node.input(place.input).empty();
    if (!given) return std::vector<float>(layout.outputs(), 0);
    const onnx::TensorProto* proto = index.constant(node.input(place.input));
    if (!proto || proto->data_type() != onnx::TensorProto::FLOAT) return std::nullopt;
    const Tensor tensor = tensor_of(*proto, model_);
    const int rank = tensor.shape().rank();
    const bool along_last = rank == 0 || tensor.shape()[rank - 1] == tensor.elems();
    if (!along_last || (rank > 1 && node.op_type() == "Add")) return std::nullopt;
    const float* data = tensor.as<float>();
    if (tensor.elems() == layout.outputs()) return std::vector<float>(data, data + tensor.elems());
    if (tensor.elems() != 1) return std::nullopt;
    return std::vector<float>(layout.outputs(), data[0]);
  }

  void write_bias(int product, const BiasPlace& place, const QuantizedBias& bias) {
    onnx::NodeProto& node = *graph_.mutable_node(place.node);
    const bool given = place.input < node.input_size() && !node.input(place.input).empty();
    const std::string name = given ? node.input(place.input) : graph_.node(product).name() + "_bias";
    while (node.input_size() <= place.input) node.add_input("");
    node.set_input(place.input, add_dequantised(place.node, name, bias.numbers, bias.scale, 0));
  }

  /// Constants `numbers` and their scales, dequantised in front of `node`. Returns the name of the result.
  std::string add_dequantised(int node, const std::string& name, const Tensor& numbers,
                              const std::vector<float>& scales, int axis) {
    const bool single = axis < 0;
    const Tensor scale = single ? Tensor::scalar(scales[0]) : Tensor::of(scales);
    const std::string quantized = add_constant(name + "_quantized", numbers);
    std::vector<std::string> inputs = {quantized, add_constant(name + "_scale", scale)};
    if (numbers.dtype() == DType::i8) {
      inputs.push_back(add_constant(name + "_zero_point", Tensor(DType::i8, scale.shape())));
    }
    const std::string result = names_(name + "_dequantized");
    onnx::NodeProto conversion = this->conversion("DequantizeLinear", name, inputs, result);
    if (!single) {
      onnx::AttributeProto& attribute = *conversion.add_attribute();
      attribute.set_name("axis");
      attribute.set_type(onnx::AttributeProto::INT);
      attribute.set_i(axis);
    }
    before_[node].push_back(std::move(conversion));
    return result;
  }

  void redirect_readers() {
    for (onnx::NodeProto& node : *graph_.mutable_node()) {
      for (std::string& input : *node.mutable_input()) {
        if (const auto found = quantized_.find(input); found != quantized_.end()) input = found->second.floats;
      }
    }
  }

  void add_conversions(Nodes& nodes, const std::string& value) {
    const auto found = quantized_.find(value);
    if (found == quantized_.end()) return;
    const QuantizedNames& names = found->second;
    *nodes.Add() = conversion("QuantizeLinear", value, {value, names.scale, names.zero_point}, names.numbers);
    *nodes.Add() = conversion("DequantizeLinear", value, {names.numbers, names.scale, names.zero_point}, names.floats);
  }

  void write_nodes() {
    Nodes nodes;
    for (const auto& input : graph_.input()) add_conversions(nodes, input.name());
    for (int i = 0; i < graph_.node_size(); ++i) {
      for (onnx::NodeProto& conversion : before_[i]) *nodes.Add() = std::move(conversion);
      *nodes.Add() = std::move(*graph_.mutable_node(i));
      const onnx::NodeProto& node = nodes[nodes.size() - 1];
      for (const std::string& output : node.output()) add_conversions(nodes, output);
    }
    graph_.mutable_node()->Swap(&nodes);
  }

  std::shared_ptr<onnx::ModelProto> model_;
  onnx::GraphProto& graph_;
  const ChosenValues& chosen_;
  const std::vector<ValueQuantization>& quantizations_;
  const Statistics& statistics_;
  const InsertOptions& options_;
  FreshNames names_;
  std::vector<std::vector<onnx::NodeProto>> before_;  ///< per node, what goes in front of it
  std::map<std::string, QuantizedNames> quantized_;
};

template <class Messages, class Drop>
void drop_if(Messages& messages, Drop&& drop) {
  messages.erase(std::remove_if(messages.begin(), messages.end(), drop), messages.end());
}

/// Initializers, Constant nodes and descriptions of values that are there no more.
void drop_unread(onnx::GraphProto& graph) {
  const GraphIndex index(graph);
  std::set<std::string> unread, computed;
  const auto is_unread = [&](const std::string& name) { return index.uses(name).empty() && !index.leaves(name); };
  for (const auto& tensor : graph.initializer()) {
    if (is_unread(tensor.name())) unread.insert(tensor.name());
  }
  for (const auto& node : graph.node()) {
    const bool constant = node.op_type() == "Constant" && is_unread(node.output(0));
    if (constant) unread.insert(node.output(0));
    computed.insert(node.output().begin(), node.output().end());
  }
  drop_if(*graph.mutable_node(),
          [&](const auto& node) { return node.op_type() == "Constant" && unread.contains(node.output(0)); });
  drop_if(*graph.mutable_initializer(), [&](const auto& tensor) { return unread.contains(tensor.name()); });
  drop_if(*graph.mutable_input(), [&](const auto& input) { return unread.contains(input.name()); });
  drop_if(*graph.mutable_value_info(),
          [&](const auto& value) { return !computed.contains(value.name()) || unread.contains(value.name()); });
}

}  // namespace

int input_channel_axis(const onnx::NodeProto& product, const Shape& weights, int rank) {
  const int axis = WeightLayout(product, weights).input_axis();
  return axis < 0 ? axis + rank : axis;
}

std::map<std::string, QuantizedNames> insert_quantization(const std::shared_ptr<onnx::ModelProto>& model,
                                                          const ChosenValues& chosen,
                                                          const std::vector<ValueQuantization>& quantizations,
                                                          const Statistics& statistics, const InsertOptions& options) {
  auto names = Inserter(model, chosen, quantizations, statistics, options).run();
  drop_unread(*model->mutable_graph());
  return names;
}

}  // namespace convoy::quantizer
