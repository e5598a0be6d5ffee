// The road from a float network to a quantised one: the table of contents of this folder.
#include <convoy/quantize.h>

#include <algorithm>
#include <memory>

#include "frontends/onnx/graph_import.h"
#include "quantize/choose_values.h"
#include "quantize/fold_affine.h"
#include "quantize/insert_quantization.h"
#include "quantize/layer_errors.h"
#include "quantize/ranges.h"
#include "quantize/source_model.h"
#include "quantize/statistics.h"
#include "runtime/compile.h"
#include "support/error.h"
#include "support/parallel_for.h"

namespace convoy {
namespace quantizer {
namespace {

/// Samples that the errors of the layers are measured with.
constexpr int64_t kMeasuredSamples = 8;

class Quantizer {
 public:
  Quantizer(const std::string& path, const Samples& samples, const QuantizeOptions& options)
      : path_(path), samples_(samples), options_(options) {
    options_.compile.precision = Precision::f32;
  }

  QuantizedModel run() {
    check_options();
    model_ = read_source_model(path_);
    check_model();
    check_names();
    fold_affine(model_);
    choose();
    ProbedProgram network(*model_, probed_, options_.compile);
    check_types(network);
    gather(network);
    choose_quantizations();
    describe_layers();
    write(network);
    show("measuring the layers");
    Samples measured = samples_;
    measured.count = std::min(samples_.count, kMeasuredSamples);
    measure_layers(network, *model_, names_, measured, options_.compile, layers_);
    return {model_->SerializeAsString(), std::move(layers_)};
  }

 private:
  void show(const std::string& what) const {
    if (options_.progress) options_.progress(what);
  }

  void check_options() const {
    if (samples_.count < 1) usage_error("there are no samples to calibrate with");
    if (!(options_.percentile > 50 && options_.percentile <= 100)) {
      usage_error("the percentile is {}, expected more than 50 and at most 100", options_.percentile);
    }
  }

  /// What the importer refuses would fail later without the right name.
  void check_model() const {
    onnx_frontend::import_model(std::make_shared<onnx::ModelProto>(*model_), path_,
                                {.shapes = options_.compile.shapes});
  }

  void check_names() const {
    for (const std::string& name : options_.keep_float) {
      const auto& nodes = model_->graph().node();
      if (std::ranges::none_of(nodes, [&](const onnx::NodeProto& node) { return node.name() == name; })) {
        usage_error("there is no node '{}' to be kept float", name);
      }
    }
  }

  void choose() {
    ChooseOptions choose;
    choose.keep_float = {options_.keep_float.begin(), options_.keep_float.end()};
    choose.quantise_summands = options_.scheme == QuantizationScheme::pow2;
    chosen_ = choose_values(model_->graph(), choose);
    if (chosen_.products.empty()) {
      invalid_input("there is nothing to quantise: no Conv, ConvTranspose, Gemm or MatMul with constant f32 weights{}",
                    options_.keep_float.empty() ? "" : " but those kept float");
    }
    for (const auto& [value, group] : chosen_.group_of) probed_.push_back(value);
    for (const Layer& layer : chosen_.layers) probed_.push_back(layer.value);
  }

  void check_types(const ProbedProgram& network) const {
    for (const std::string& value : probed_) {
      const TensorType& type = network.type(value);
      if (type.dtype == DType::f32) continue;
      unsupported("value '{}' is {}, only f32 values are quantised", value, type.str());
    }
  }

  void gather(ProbedProgram& network) {
    for (const ValueGroup& group : chosen_.groups) {
      for (const std::string& value : group.sources) statistics_.histograms[value];
    }
    for (const Layer& layer : chosen_.layers) statistics_.histograms[layer.value];
    const GraphIndex index(model_->graph());
    for (int product : chosen_.products) {
      const onnx::NodeProto& node = model_->graph().node(product);
      const Tensor weights = tensor_of(*index.constant(node.input(1)), model_);
      const int rank = network.type(node.input(0)).shape.rank();
      const int axis = input_channel_axis(node, weights.shape(), rank);
      if (options_.correct_biases) statistics_.means[node.input(0)].axis = axis;
    }
    const int threads = make_target(options_.compile).threads;
    gather_statistics(network, samples_, threads, options_.progress, statistics_);
  }

  void choose_quantizations() {
    show("choosing ranges");
    quantizations_.resize(chosen_.groups.size());
    parallel_for(chosen_.groups.size(), make_target(options_.compile).threads, [&](size_t g) {
      Histogram all;
      for (const std::string& value : chosen_.groups[g].sources) all.add(statistics_.histograms.at(value));
      quantizations_[g] = choose_quantization(all, options_.scheme, options_.method, options_.percentile);
    });
  }

  void add_layer(const std::string& name, const std::string& operators, const std::string& value) {
    QuantizedLayer layer{.name = name, .operators = operators, .value = value};
    const Histogram& histogram = statistics_.histograms.at(value);
    layer.min = histogram.min();
    layer.max = histogram.max();
    const auto group = chosen_.group_of.find(value);
    if (group != chosen_.group_of.end()) layer.quantization = quantizations_[group->second];
    layers_.push_back(std::move(layer));
  }

  void describe_layers() {
    for (const auto& input : model_->graph().input()) {
      if (chosen_.group_of.contains(input.name())) add_layer(input.name(), "input", input.name());
    }
    for (const Layer& layer : chosen_.layers) {
      std::string operators;
      for (int node : layer.nodes) operators += (operators.empty() ? "" : " + ") + model_->graph().node(node).op_type();
      add_layer(model_->graph().node(layer.nodes[0]).name(), operators, layer.value);
    }
  }

  std::map<int, InputMoments> input_moments(ProbedProgram& network, int threads) {
    const GraphIndex index(model_->graph());
    std::map<int, WatchedProduct> watched;
    for (int product : chosen_.products) {
      const onnx::NodeProto& node = model_->graph().node(product);
      const std::string& src = node.input(0);
      const Tensor weights = tensor_of(*index.constant(node.input(1)), model_);
      const auto rows = WindowRows::of(node, weights.shape(), network.type(src).shape);
      if (rows && rows->rows() > 0) watched.insert({product, {src, quantizations_[chosen_.group_of.at(src)], *rows}});
    }
    return gather_moments(network, samples_, threads, options_.progress, watched);
  }

  void write(ProbedProgram& network) {
    const int threads = make_target(options_.compile).threads;
    std::map<int, InputMoments> moments;
    if (options_.fit_weights) moments = input_moments(network, threads);
    show("rounding weights");
    names_ = insert_quantization(model_, chosen_, quantizations_, statistics_,
                                 {.scheme = options_.scheme,
                                  .correct_biases = options_.correct_biases,
                                  .moments = std::move(moments),
                                  .threads = threads});
  }

  std::string path_;
  const Samples& samples_;
  QuantizeOptions options_;
  std::shared_ptr<onnx::ModelProto> model_;
  ChosenValues chosen_;
  std::vector<std::string> probed_;  ///< all that is quantised, and the results of layers
  Statistics statistics_;
  std::vector<ValueQuantization> quantizations_;  ///< one a group
  std::map<std::string, QuantizedNames> names_;
  std::vector<QuantizedLayer> layers_;
};

}  // namespace
}  // namespace quantizer

Result<QuantizedModel> quantize(const std::string& model_path, const Samples& samples, const QuantizeOptions& options) {
  return catch_errors([&] {
    return with_context(model_path, [&] { return quantizer::Quantizer(model_path, samples, options).run(); });
  });
}

}  // namespace convoy
