// Whole networks: what becomes of them, and how close to the float network they stay.
#include <convoy/quantize.h>

#include <cmath>

#include "frontends/onnx/model_proto.h"
#include "passes/float_nodes.h"
#include "quantize/model_file.h"
#include "quantize/random_network.h"
#include "support/temp_folder.h"

namespace convoy::quantizer {
namespace {

using onnx_frontend::TestModel;

std::vector<Tensor> random_inputs(const std::vector<PortInfo>& ports, uint32_t seed) {
  std::vector<Tensor> inputs;
  for (const PortInfo& port : ports) inputs.push_back(random_floats(port.type.shape, seed++));
  return inputs;
}

Samples random_samples(int64_t count) {
  return {count, [](int64_t index, const std::vector<PortInfo>& inputs, const std::vector<PortInfo>&) {
            return random_inputs(inputs, static_cast<uint32_t>(100 * index));
          }};
}

QuantizeOptions without_cache() {
  QuantizeOptions options;
  options.compile.use_cache = false;
  options.compile.threads = 1;
  return options;
}

/// Signal to noise of a program's outputs against another's, in dB.
double decibels_between(const Program& expected, const Program& got, uint32_t seed) {
  Context a(expected), b(got);
  double signal = 0, noise = 1e-30;
  const std::vector<Tensor> inputs = random_inputs(expected.inputs(), seed);
  for (Context* context : {&a, &b}) {
    for (size_t i = 0; i < inputs.size(); ++i) EXPECT_TRUE(context->bind_input(static_cast<int>(i), inputs[i]).ok());
    context->run();
  }
  for (int k = 0; k < static_cast<int>(expected.outputs().size()); ++k) {
    for (int64_t i = 0; i < a.output(k).elems(); ++i) {
      const double value = a.output(k).as<float>()[i];
      signal += value * value;
      noise += std::pow(value - b.output(k).as<float>()[i], 2);
    }
  }
  return 10 * std::log10(signal / noise);
}

class Quantize : public TempFolder {
 protected:
  std::string save(const TestModel& model) { return write("net.onnx", model.bytes()); }

  static std::shared_ptr<onnx::ModelProto> parse(const std::string& bytes) {
    return onnx_frontend::parse_model(bytes.data(), bytes.size());
  }

  static QuantizedModel quantized(const std::string& path, const QuantizeOptions& options = without_cache()) {
    auto result = quantize(path, random_samples(8), options);
    EXPECT_TRUE(result.ok()) << result.status().message();
    return result ? *result : QuantizedModel();
  }

  static double decibels(const std::string& path, const QuantizedModel& model) {
    const CompileOptions options = without_cache().compile;
    const auto expected = compile(path, options);
    const auto got = compile(model.model.data(), model.model.size(), options);
    EXPECT_TRUE(expected.ok() && got.ok()) << expected.status().message() << got.status().message();
    return decibels_between(*expected, *got, 12345);
  }

  void expect_refused(const std::string& part, const TestModel& model,
                      const QuantizeOptions& options = without_cache()) {
    const auto result = quantize(save(model), random_samples(1), options);
    ASSERT_FALSE(result.ok());
    EXPECT_NE(result.status().message().find(part), std::string::npos) << result.status().message();
    EXPECT_NE(result.status().message().find("net.onnx: "), std::string::npos);
  }
};

/// conv, batch normalisation, relu, conv, residual sum, pool, product.
TestModel small_network() {
  TestModel model;
  model.input("image", {1, 3, 12, 12});
  model.floats("w1", {8, 3, 3, 3}, random_floats(216, 1)).add("Conv", {"image", "w1"}, {"c1"}, "first");
  model.attr_ints("pads", {1, 1, 1, 1});
  for (const char* name : {"scale", "shift", "mean", "variance"}) {
    model.floats(name, {8}, random_floats(8, 2 + name[0], 0.5f, 1.5f));
  }
  model.add("BatchNormalization", {"c1", "scale", "shift", "mean", "variance"}, {"n1"}, "norm");
  model.add("Relu", {"n1"}, {"r1"}, "relu");
  model.floats("w2", {8, 8, 1, 1}, random_floats(64, 3)).floats("b2", {8}, random_floats(8, 4));
  model.add("Conv", {"r1", "w2", "b2"}, {"c2"}, "second").add("Add", {"c2", "r1"}, {"s"}, "sum");
  model.add("MaxPool", {"s"}, {"p"}, "pool").attr_ints("kernel_shape", {2, 2}).attr_ints("strides", {2, 2});
  model.add("Flatten", {"p"}, {"f"}, "flat");
  model.floats("w3", {5, 288}, random_floats(1440, 5)).floats("b3", {5}, random_floats(5, 6));
  model.add("Gemm", {"f", "w3", "b3"}, {"scores"}, "product").attr("transB", int64_t{1}).output("scores");
  return model;
}

TEST_F(Quantize, StaysCloseToTheFloatNetwork) {
  const std::string path = save(small_network());
  const QuantizedModel model = quantized(path);
  EXPECT_GT(decibels(path, model), 25);
}

TEST_F(Quantize, ComputesOnIntegers) {
  const QuantizedModel model = quantized(save(small_network()));
  const Graph graph = onnx_frontend::import_model(parse(model.model), "q.onnx", {});
  for (const FloatNode& node : float_nodes(graph)) EXPECT_EQ(node.op, "add") << node.name << ": " << node.why;
}

TEST_F(Quantize, KeepsNamesAndMetadata) {
  TestModel source = small_network();
  source.proto().set_producer_name("the user");
  auto& entry = *source.proto().add_metadata_props();
  entry.set_key("classes");
  entry.set_value("a,b");
  const auto model = parse(quantized(save(source)).model);
  EXPECT_EQ(model->producer_name(), "the user");
  ASSERT_EQ(model->metadata_props_size(), 1);
  EXPECT_EQ(model->metadata_props(0).value(), "a,b");
  EXPECT_EQ(model->opset_import(0).version(), 17);
  EXPECT_EQ(model->graph().input(0).name(), "image");
  EXPECT_EQ(model->graph().output(0).name(), "scores");
  std::set<std::string> names, initializers;
  for (const auto& node : model->graph().node()) names.insert(node.name());
  for (const auto& tensor : model->graph().initializer()) initializers.insert(tensor.name());
  for (const char* name : {"first", "relu", "second", "sum", "pool", "product"}) EXPECT_TRUE(names.contains(name));
  EXPECT_FALSE(initializers.contains("w1"));
  EXPECT_FALSE(initializers.contains("scale"));
}

TEST_F(Quantize, DescribesItsLayers) {
  const QuantizedModel model = quantized(save(small_network()));
  ASSERT_EQ(model.layers.size(), 4u);
  EXPECT_EQ(model.layers[0].operators, "input");
  EXPECT_EQ(model.layers[1].operators, "Conv + Relu");
  EXPECT_EQ(model.layers[2].operators, "Conv + Add");
  EXPECT_EQ(model.layers[3].operators, "Gemm");
  EXPECT_FALSE(model.layers[3].quantization.has_value());
  for (const QuantizedLayer& layer : model.layers) {
    EXPECT_LE(layer.min, layer.max);
    EXPECT_GT(layer.own_sqnr, 25) << layer.name;
    EXPECT_LT(layer.total_sqnr, 80) << layer.name;
  }
}

TEST_F(Quantize, PowersOfTwo) {
  QuantizeOptions options = without_cache();
  options.scheme = QuantizationScheme::pow2;
  const std::string path = save(small_network());
  const QuantizedModel model = quantized(path, options);
  EXPECT_GT(decibels(path, model), 18);
  int scales = 0;
  const auto proto = parse(model.model);
  for (const auto& tensor : proto->graph().initializer()) {
    if (tensor.name().ends_with("_zero_point")) {
      for (char c : tensor.raw_data()) EXPECT_EQ(c, 0) << tensor.name();
    }
    if (!tensor.name().ends_with("_scale")) continue;
    for (size_t i = 0; i < tensor.raw_data().size(); i += sizeof(float)) {
      float scale = 0;
      std::memcpy(&scale, tensor.raw_data().data() + i, sizeof(scale));
      int exponent = 0;
      EXPECT_EQ(std::frexp(scale, &exponent), 0.5f) << tensor.name();
      ++scales;
    }
  }
  EXPECT_GT(scales, 20);
}

TEST_F(Quantize, EveryMethod) {
  const std::string path = save(small_network());
  for (RangeMethod method : {RangeMethod::minmax, RangeMethod::percentile, RangeMethod::mse}) {
    QuantizeOptions options = without_cache();
    options.method = method;
    EXPECT_GT(decibels(path, quantized(path, options)), 20) << static_cast<int>(method);
  }
}

TEST_F(Quantize, ConstantNodesAndProductsWithASum) {
  TestModel model(11);
  model.input("x", {4, 6}).floats("w", {6, 3}, random_floats(18, 1)).floats("b", {3}, random_floats(3, 2));
  onnx::NodeProto& constant = *model.graph().add_node();
  constant.set_op_type("Constant");
  constant.add_output("w_constant");
  onnx::AttributeProto& value = *constant.add_attribute();
  value.set_name("value");
  value.set_type(onnx::AttributeProto::TENSOR);
  *value.mutable_t() = model.graph().initializer(0);
  model.graph().mutable_initializer()->DeleteSubrange(0, 1);
  model.add("MatMul", {"x", "w_constant"}, {"m"}).add("Add", {"m", "b"}, {"y"}).output("y");
  const std::string path = save(model);
  const QuantizedModel result = quantized(path);
  EXPECT_GT(decibels(path, result), 30);
  const auto proto = parse(result.model);
  EXPECT_EQ(proto->opset_import(0).version(), 13);
  EXPECT_EQ(operators(*proto).find("Constant"), std::string::npos) << operators(*proto);
  for (const auto& tensor : proto->graph().initializer()) {
    if (tensor.name() == "b_quantized") {
      EXPECT_EQ(tensor.data_type(), onnx::TensorProto::INT32);
    }
    EXPECT_NE(tensor.name(), "b");
  }
}

TEST_F(Quantize, NodesKeptFloat) {
  QuantizeOptions options = without_cache();
  options.keep_float = {"second"};
  const auto model = parse(quantized(save(small_network()), options).model);
  for (const auto& node : model->graph().node()) {
    const std::string wanted = node.name() == "second" ? "w2" : "w3_dequantized";
    const bool weighted = node.name() == "second" || node.name() == "product";
    EXPECT_EQ(weighted ? node.input(1) : wanted, wanted) << node.name();
  }
}

TEST_F(Quantize, SameInputsSameBytes) {
  const std::string path = save(small_network());
  EXPECT_EQ(quantized(path).model, quantized(path).model);
}

TEST_F(Quantize, Refuses) {
  expect_refused("there is nothing to quantise", onnx_frontend::relu_model());
  QuantizeOptions options = without_cache();
  options.keep_float = {"no such"};
  expect_refused("there is no node 'no such'", small_network(), options);
  options.keep_float = {"first", "second", "product"};
  expect_refused("but those kept float", small_network(), options);
  write("quantised.onnx", quantized(save(small_network())).model);
  const auto again = quantize(path("quantised.onnx"), random_samples(1), without_cache());
  ASSERT_FALSE(again.ok());
  EXPECT_NE(again.status().message().find("is quantised already"), std::string::npos) << again.status().message();
  const auto none = quantize(path("net.onnx"), Samples(), without_cache());
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.status().kind(), ErrorKind::usage);
}

TEST_F(Quantize, RefusesValuesThatAreNotFinite) {
  Samples samples = random_samples(2);
  samples.read = [](int64_t, const std::vector<PortInfo>& inputs, const std::vector<PortInfo>&) {
    Tensor tensor(inputs[0].type);
    tensor.as<float>()[0] = INFINITY;
    return std::vector<Tensor>{tensor};
  };
  const auto result = quantize(save(small_network()), samples, without_cache());
  ASSERT_FALSE(result.ok());
  EXPECT_NE(result.status().message().find("sample 1 gives 'image' values that are not finite"), std::string::npos)
      << result.status().message();
}

class RandomNetworks : public Quantize, public testing::WithParamInterface<int> {};

TEST_P(RandomNetworks, ImportAndRun) {
  const std::string path = save(random_network(static_cast<uint32_t>(GetParam())));
  SCOPED_TRACE("random_network(" + std::to_string(GetParam()) + ")");
  for (QuantizationScheme scheme : {QuantizationScheme::int8, QuantizationScheme::pow2}) {
    QuantizeOptions options = without_cache();
    options.scheme = scheme;
    EXPECT_GT(decibels(path, quantized(path, options)), scheme == QuantizationScheme::int8 ? 15 : 5);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomNetworks, testing::Range(0, 12));

}  // namespace
}  // namespace convoy::quantizer
