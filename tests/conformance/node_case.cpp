#include "conformance/node_case.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>

#include "frontends/onnx/import.h"
#include "frontends/onnx/model_proto.h"
#include "frontends/onnx/tensors.h"
#include "support/error.h"

namespace convoy::conformance {
namespace {

namespace fs = std::filesystem;

template <class Proto>
std::shared_ptr<Proto> parse_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  auto proto = std::make_shared<Proto>();
  if (!file || !proto->ParseFromIstream(&file)) invalid_input("{}: cannot be read", path.string());
  return proto;
}

/// Tensors of PREFIX_0.pb, PREFIX_1.pb, ... as far as there are such files.
std::vector<Tensor> load_tensors(const fs::path& folder, const std::string& prefix) {
  std::vector<Tensor> tensors;
  while (true) {
    const fs::path path = folder / fmt::format("{}_{}.pb", prefix, tensors.size());
    if (!fs::exists(path)) return tensors;
    const auto proto = parse_file<onnx::TensorProto>(path);
    tensors.push_back(onnx_frontend::TensorReader(proto, path.string()).read(*proto, path.string()));
  }
}

std::set<std::string> initializer_names(const onnx::GraphProto& graph) {
  std::set<std::string> names;
  for (const onnx::TensorProto& initializer : graph.initializer()) names.insert(initializer.name());
  return names;
}

/// Names of the inputs that data is given for.
std::vector<std::string> fed_inputs(const onnx::GraphProto& graph) {
  const std::set<std::string> initializers = initializer_names(graph);
  std::vector<std::string> names;
  for (const onnx::ValueInfoProto& input : graph.input()) {
    if (!initializers.count(input.name())) names.push_back(input.name());
  }
  return names;
}

/// Makes an input of the model a constant.
void bake(onnx::GraphProto& graph, const std::string& input, const Tensor& value) {
  auto& inputs = *graph.mutable_input();
  const auto found = std::find_if(inputs.begin(), inputs.end(), [&](const auto& i) { return i.name() == input; });
  onnx::TensorProto& initializer = *graph.add_initializer();
  initializer.set_name(input);
  initializer.set_data_type(found->type().tensor_type().elem_type());
  for (int64_t dim : value.shape()) initializer.add_dims(dim);
  initializer.set_raw_data(value.data(), static_cast<size_t>(value.bytes()));
  inputs.erase(found);
}

/// The input that an error of the import says must be constant; "" for another error.
std::string input_to_bake(const Error& error) {
  static const std::regex pattern("input [0-9]+ \\('(.*)'\\) must be a constant");
  std::cmatch match;
  return std::regex_search(error.what(), match, pattern) ? match[1].str() : "";
}

/// Cases of operators that never changed keep the opset that these came with, older than what Convoy reads.
void raise_opset(onnx::ModelProto& model) {
  constexpr int64_t kOldest = onnx_frontend::kOldestOpset;
  for (onnx::OperatorSetIdProto& opset : *model.mutable_opset_import()) {
    if (opset.domain().empty()) opset.set_version(std::max(opset.version(), kOldest));
  }
}

/// NumPy has no bfloat16: the data files hold its bits as UINT16.
void restore_bfloat16(std::vector<Tensor>& tensors, const Graph& graph, const std::vector<ValueId>& ids) {
  for (size_t i = 0; i < std::min(tensors.size(), ids.size()); ++i) {
    if (tensors[i].dtype() != DType::u16 || graph.type(ids[i]).dtype != DType::bf16) continue;
    const std::shared_ptr<void> bits(std::make_shared<Tensor>(tensors[i]), tensors[i].data());
    tensors[i] = Tensor(TensorType{DType::bf16, tensors[i].shape()}, bits);
  }
}

Graph import_proto(const onnx::ModelProto& model, const std::string& path) {
  const std::string bytes = model.SerializeAsString();
  return onnx_frontend::import_bytes(bytes.data(), bytes.size(), path);
}

}  // namespace

NodeCase load_case(const std::string& root, const std::string& name) {
  NodeCase node_case;
  const fs::path folder = fs::path(root) / name;
  node_case.path = (folder / "model.onnx").string();
  node_case.model = *parse_file<onnx::ModelProto>(node_case.path);
  raise_opset(node_case.model);
  for (int i = 0; fs::exists(folder / fmt::format("test_data_set_{}", i)); ++i) {
    const fs::path data = folder / fmt::format("test_data_set_{}", i);
    node_case.data_sets.push_back({data.string(), load_tensors(data, "input"), load_tensors(data, "output")});
  }
  if (node_case.data_sets.empty()) invalid_input("{}: has no data", folder.string());
  return node_case;
}

ImportedCase import_case(const NodeCase& node_case, const DataSet& data) {
  onnx::ModelProto model = node_case.model;
  std::vector<std::string> names = fed_inputs(model.graph());
  std::vector<Tensor> inputs = data.inputs;
  if (names.size() != inputs.size()) {
    invalid_input("the model has {} inputs, the data {}", names.size(), inputs.size());
  }
  while (true) {
    try {
      Graph graph = import_proto(model, node_case.path);
      std::vector<Tensor> outputs = data.outputs;
      restore_bfloat16(inputs, graph, graph.inputs);
      restore_bfloat16(outputs, graph, graph.outputs);
      return {std::move(graph), inputs, outputs};
    } catch (const Error& error) {
      const auto name = std::find(names.begin(), names.end(), input_to_bake(error));
      if (name == names.end()) throw;
      const auto input = inputs.begin() + (name - names.begin());
      bake(*model.mutable_graph(), *name, *input);
      names.erase(name);
      inputs.erase(input);
    }
  }
}

}  // namespace convoy::conformance
