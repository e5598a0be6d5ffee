#include "quantize/layer_errors.h"

#include <cmath>
#include <limits>
#include <numeric>

#include "support/error.h"

namespace convoy::quantizer {
namespace {

double squared_distance(const Tensor& a, const Tensor& b) {
  const float *first = a.as<float>(), *second = b.as<float>();
  const int64_t count = a.elems();
  double sum = 0;
  for (int64_t i = 0; i < count; ++i) {
    const double distance = double{first[i]} - double{second[i]};
    sum += distance * distance;
  }
  return sum;
}

double squared(const Tensor& a) {
  const float* values = a.as<float>();
  return std::inner_product(
      values, values + a.elems(), values, 0.0, [](double x, double y) { return x + y; },
      [](float x, float y) { return double{x} * double{y}; });
}

onnx::ValueInfoProto input_info(const std::string& name, const TensorType& type) {
  onnx::ValueInfoProto info;
  info.set_name(name);
  onnx::TypeProto::Tensor& tensor = *info.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(onnx::TensorProto::FLOAT);
  tensor.mutable_shape();
  for (int64_t extent : type.shape) tensor.mutable_shape()->add_dim()->set_dim_value(extent);
  return info;
}

/// The quantised network in pieces: each of its quantised values is an input.
class Pieces {
 public:
  Pieces(const ProbedProgram& network, const onnx::ModelProto& quantized,
         const std::map<std::string, QuantizedNames>& names)
      : model_(quantized), fresh_(model_.graph()) {
    std::map<std::string, std::string> given;  // value by its numbers
    for (const auto& [value, own] : names) given[own.numbers] = value;
    onnx::GraphProto& graph = *model_.mutable_graph();
    for (onnx::NodeProto& node : *graph.mutable_node()) {
      const auto found = node.output_size() > 0 ? given.find(node.output(0)) : given.end();
      if (found == given.end()) continue;
      const std::string name = fresh_(found->second + "_given");
      *graph.add_input() = input_info(name, network.type(found->second));
      node.set_input(0, name);
      given_[name] = found->second;
    }
  }

  /// A value as the layer computes it, quantised if that has names.
  std::string result(const std::string& value, const QuantizedNames* names) {
    if (!names) return value;
    const std::string numbers = fresh_(value + "_own_numbers"), floats = fresh_(value + "_own");
    add("QuantizeLinear", {value, names->scale, names->zero_point}, numbers);
    add("DequantizeLinear", {numbers, names->scale, names->zero_point}, floats);
    return floats;
  }

  const onnx::ModelProto& model() const { return model_; }
  /// Values of the float network by the input that takes them.
  const std::map<std::string, std::string>& given() const { return given_; }

 private:
  void add(const char* op, const std::vector<std::string>& inputs, const std::string& output) {
    onnx::NodeProto& node = *model_.mutable_graph()->add_node();
    node.set_op_type(op);
    node.set_name(fresh_(output + "_" + op));
    for (const std::string& input : inputs) node.add_input(input);
    node.add_output(output);
  }

  onnx::ModelProto model_;
  FreshNames fresh_;
  std::map<std::string, std::string> given_;
};

struct Sums {
  double signal = 0, own = 0, total = 0;
};

/// What a layer's result is called in the three networks.
struct Result {
  std::string value, own, total;
};

}  // namespace

double decibels(double signal, double noise) {
  if (noise == 0) return std::numeric_limits<double>::infinity();
  return 10 * std::log10(signal / noise);
}

void measure_layers(ProbedProgram& network, const onnx::ModelProto& quantized,
                    const std::map<std::string, QuantizedNames>& names, const Samples& samples,
                    const CompileOptions& options, std::vector<QuantizedLayer>& layers) {
  Pieces pieces(network, quantized, names);
  std::vector<Result> results;
  std::vector<std::string> own, total;
  for (const QuantizedLayer& layer : layers) {
    const auto found = names.find(layer.value);
    const QuantizedNames* layer_names = found == names.end() ? nullptr : &found->second;
    const bool is_input = layer.operators == "input";
    // The input's own numbers are made from what is given.
    const std::string own_name = is_input ? layer_names->floats : pieces.result(layer.value, layer_names);
    results.push_back({layer.value, own_name, layer_names ? layer_names->floats : layer.value});
    own.push_back(results.back().own);
    total.push_back(results.back().total);
  }
  ProbedProgram alone(pieces.model(), own, options), whole(quantized, total, options);
  std::vector<Sums> sums(layers.size());
  for (int64_t i = 0; i < samples.count; ++i) {
    const std::vector<Tensor> inputs = samples.read(i, network.inputs(), network.outputs());
    network.run(inputs);
    whole.run(inputs);
    std::vector<Tensor> given = inputs;
    for (size_t k = inputs.size(); k < alone.inputs().size(); ++k) {
      given.push_back(network.value(pieces.given().at(alone.inputs()[k].name)));
    }
    alone.run(given);
    for (size_t k = 0; k < layers.size(); ++k) {
      const Tensor& expected = network.value(results[k].value);
      sums[k].signal += squared(expected);
      sums[k].own += squared_distance(alone.value(results[k].own), expected);
      sums[k].total += squared_distance(whole.value(results[k].total), expected);
    }
  }
  for (size_t k = 0; k < layers.size(); ++k) {
    layers[k].own_sqnr = decibels(sums[k].signal, sums[k].own);
    layers[k].total_sqnr = decibels(sums[k].signal, sums[k].total);
  }
}

}  // namespace convoy::quantizer
