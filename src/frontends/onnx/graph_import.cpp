#include "frontends/onnx/graph_import.h"

#include <set>
#include <unordered_map>

#include "frontends/network_outputs.h"
#include "frontends/onnx/input_types.h"
#include "frontends/onnx/model_proto.h"
#include "frontends/onnx/node_import.h"
#include "frontends/onnx/node_order.h"
#include "frontends/onnx/supported.h"

namespace convoy::onnx_frontend {
namespace {

/// Values by their names in the model. A branch of an If sees the names around it.
class Scope {
 public:
  explicit Scope(const Scope* parent = nullptr) : parent_(parent) {}

  bool has(const std::string& name) const { return values_.count(name) || (parent_ && parent_->has(name)); }
  /// kAbsent for an output that Convoy does not compute. Throws Error for an unknown name.
  ValueId find(const std::string& name) const {
    if (const auto value = values_.find(name); value != values_.end()) return value->second;
    if (!parent_) invalid_input("'{}' is computed by no node", name);
    return parent_->find(name);
  }
  void set(const std::string& name, ValueId id) { values_[name] = id; }

 private:
  const Scope* parent_;
  std::unordered_map<std::string, ValueId> values_;
};

class ModelImport {
 public:
  ModelImport(std::shared_ptr<onnx::ModelProto> model, const std::string& path, const ImportOptions& options)
      : model_(*model), options_(options), tensors_(model, path), builder_(model->graph().name()) {}

  Graph run() {
    const onnx::GraphProto& graph = model_.graph();
    check_operators(model_, graph);
    Scope scope;
    check_initializers(graph);
    for (onnx::TensorProto& tensor : *model_.mutable_graph()->mutable_initializer()) {
      const std::string name = tensor.name();  // a copy: taking the tensor takes its name as well
      add_initializer(name, tensors_.take(tensor), scope);
    }
    add_inputs(graph, scope);
    import_nodes(graph, scope);
    if (graph.output_size() == 0) invalid_input("the graph has no outputs");
    for (const onnx::ValueInfoProto& output : graph.output()) add_output(output.name(), scope);
    return std::move(builder_).finish();
  }

 private:
  static void check_initializers(const onnx::GraphProto& graph) {
    if (graph.sparse_initializer_size() == 0) return;
    unsupported("tensor '{}' is a sparse initializer, only dense ones are supported",
                graph.sparse_initializer(0).values().name());
  }

  void add_initializer(const std::string& name, Tensor tensor, Scope& scope) {
    if (scope.has(name)) invalid_input("two initializers are named '{}'", name);
    scope.set(name, builder_.given_constant(name, std::move(tensor)));
  }

  /// In old IR versions initializers are listed as inputs too; they are none to Convoy.
  void add_inputs(const onnx::GraphProto& graph, Scope& scope) {
    std::set<std::string> initializers, names;
    for (const onnx::TensorProto& tensor : graph.initializer()) initializers.insert(tensor.name());
    std::vector<const onnx::ValueInfoProto*> inputs;
    for (const onnx::ValueInfoProto& input : graph.input()) {
      if (input.name().empty()) invalid_input("an input of the graph has no name");
      if (!names.insert(input.name()).second) invalid_input("two inputs are named '{}'", input.name());
      if (!initializers.count(input.name())) inputs.push_back(&input);
    }
    const std::vector<TensorType> types = input_types(inputs, options_);
    for (size_t i = 0; i < inputs.size(); ++i) {
      scope.set(inputs[i]->name(), builder_.input(inputs[i]->name(), types[i]));
    }
  }

  void import_nodes(const onnx::GraphProto& graph, Scope& scope) {
    const std::vector<int> order = node_order(graph, [&](const std::string& name) { return scope.has(name); });
    for (int index : order) import_node(graph.node(index), index, scope);
  }

  void import_node(const onnx::NodeProto& node, int index, Scope& scope) {
    const std::string name = node_name(node, index);
    std::vector<ValueId> outputs;
    try {
      outputs = is_if(node) ? import_if(node, scope) : import_operator(node, name, scope);
    } catch (const Error& error) {
      // What the graph's operator refused names the node already.
      const bool named = std::string_view(error.what()).starts_with("node '");
      throw Error(error.kind(), named ? error.what() : describe(node, index) + ": " + error.what());
    }
    outputs.resize(std::max<size_t>(outputs.size(), node.output_size()), kAbsent);
    for (int i = 0; i < node.output_size(); ++i) {
      if (!node.output(i).empty()) scope.set(node.output(i), outputs[i]);
    }
  }

  std::vector<ValueId> import_operator(const onnx::NodeProto& node, const std::string& name, const Scope& scope) {
    std::vector<ValueId> inputs;
    for (const std::string& input : node.input()) inputs.push_back(input.empty() ? kAbsent : value(input, scope));
    NodeImport context(node, opset_of(model_, node.domain()), builder_, tensors_, std::move(inputs), name);
    return find_importer(node.domain(), node.op_type())(context);
  }

  ValueId value(const std::string& name, const Scope& scope) const {
    const ValueId id = scope.find(name);
    if (id == kAbsent) unsupported("'{}' is an output that is not supported", name);
    return id;
  }

  /// Exporters write an If where the condition depends on shapes only; then it is known here.
  std::vector<ValueId> import_if(const onnx::NodeProto& node, const Scope& scope) {
    const onnx::GraphProto& branch = branch_of(node, condition_of(node, scope) ? "then_branch" : "else_branch");
    check_operators(model_, branch);
    if (branch.input_size() > 0) invalid_input("its branch '{}' has inputs", branch.name());
    Scope inner(&scope);
    check_initializers(branch);
    for (const onnx::TensorProto& tensor : branch.initializer()) {
      add_initializer(tensor.name(), tensors_.read(tensor, tensor.name()), inner);
    }
    import_nodes(branch, inner);
    std::vector<ValueId> outputs;
    for (const onnx::ValueInfoProto& output : branch.output()) outputs.push_back(inner.find(output.name()));
    return outputs;
  }

  bool condition_of(const onnx::NodeProto& node, const Scope& scope) const {
    if (node.input_size() != 1) invalid_input("expects 1 input, got {}", node.input_size());
    const Tensor* condition = builder_.constant_of(value(node.input(0), scope));
    if (!condition) {
      unsupported("its condition '{}' is only known when the network runs; a constant one is supported", node.input(0));
    }
    if (condition->dtype() != DType::boolean || condition->elems() != 1) {
      invalid_input("its condition is {}, expected one bool", condition->type().str());
    }
    return *condition->as<bool>();
  }

  static const onnx::GraphProto& branch_of(const onnx::NodeProto& node, const std::string& name) {
    for (const onnx::AttributeProto& attribute : node.attribute()) {
      if (attribute.name() == name && attribute.has_g()) return attribute.g();
    }
    invalid_input("attribute '{}' is missing", name);
  }

  void add_output(const std::string& name, const Scope& scope) {
    const ValueId id = with_context("network output", [&] { return value(name, scope); });
    add_network_output(builder_, name, id);
  }

  onnx::ModelProto& model_;
  const ImportOptions& options_;
  TensorReader tensors_;
  GraphBuilder builder_;
};

}  // namespace

Graph import_model(std::shared_ptr<onnx::ModelProto> model, const std::string& path, const ImportOptions& options) {
  return ModelImport(std::move(model), path, options).run();
}

}  // namespace convoy::onnx_frontend
