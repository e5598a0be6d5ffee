#include "frontends/tflite/import.h"

#include "frontends/network_outputs.h"
#include "frontends/tflite/dilated_convolutions.h"
#include "frontends/tflite/input_types.h"
#include "frontends/tflite/node_import.h"
#include "frontends/tflite/supported.h"
#include "support/error.h"

namespace convoy::tflite_frontend {
namespace {

class ModelImport {
 public:
  ModelImport(const ModelFile& file, const ImportOptions& options)
      : file_(file),
        options_(options),
        tensors_(file, options.in_floats),
        dilated_(file, tensors_),
        builder_(graph_name(file)) {}

  Graph run() {
    check_operators(file_, tensors_);
    const auto* all = file_.graph().tensors();
    values_.assign(all ? all->size() : 0, kUnknown);
    add_inputs();
    for (int i = 0; i < file_.operator_count(); ++i) import_operator(i);
    add_outputs();
    return std::move(builder_).finish();
  }

 private:
  /// In values_: not computed, or not read yet. kAbsent is an input that an operator leaves out.
  static constexpr ValueId kUnknown = -2;

  static std::string graph_name(const ModelFile& file) {
    const auto* name = file.graph().name();
    return name ? name->str() : std::string();
  }

  void add_inputs() {
    const std::vector<TensorType> types = input_types(file_, tensors_, options_);
    for (size_t i = 0; i < types.size(); ++i) {
      const int tensor = file_.graph().inputs()->Get(static_cast<unsigned>(i));
      if (values_[tensor] != kUnknown) invalid_input("two network inputs are tensor '{}'", file_.tensor_name(tensor));
      values_[tensor] = builder_.input(file_.tensor_name(tensor), types[i]);
    }
  }

  void import_operator(int index) {
    const tflite::Operator& op = file_.operator_at(index);
    const std::string name = fmt::format("operator {} ({}, '{}')", index, file_.type_name(op), file_.operator_name(op));
    with_context(name, [&] {
      std::vector<ValueId> inputs;
      if (op.inputs()) {
        for (int tensor : *op.inputs()) inputs.push_back(tensor < 0 ? kAbsent : value(tensor));
      }
      NodeImport node(file_, op, builder_, tensors_, std::move(inputs), options_.rounding, dilated_.around(index));
      if (node.output_count() == 0) invalid_input("it has no output");
      const auto first_new = static_cast<ValueId>(builder_.graph().values.size());
      const bool omitted = dilated_.is_part_of_convolution(index);
      set_outputs(node, op, omitted ? std::vector{node.input(0)} : importer_of(file_, tensors_, op)(node), first_new);
    });
  }

  /// The value of a tensor that an operator reads; constants join the graph when they are first read.
  ValueId value(int tensor) {
    ValueId& id = values_[tensor];
    if (id != kUnknown) return id;
    const TensorType type = tensors_.type(tensor);
    if (!tensors_.is_constant(tensor) && type.shape.elems() > 0) {
      invalid_input("reads tensor '{}', which no operator before it computes", file_.tensor_name(tensor));
    }
    return id = builder_.given_constant(file_.tensor_name(tensor), tensors_.read(tensor));
  }

  void set_outputs(const NodeImport& node, const tflite::Operator& op, const std::vector<ValueId>& outputs,
                   ValueId first_new) {
    if (static_cast<int>(outputs.size()) != node.output_count()) {
      invalid_input("it has {} outputs, expected {}", node.output_count(), outputs.size());
    }
    for (size_t i = 0; i < outputs.size(); ++i) {
      const int tensor = op.outputs()->Get(static_cast<unsigned>(i));
      const std::string name = file_.tensor_name(tensor);
      if (values_[tensor] != kUnknown) invalid_input("writes tensor '{}', which is written or read before", name);
      const DType found = builder_.type(outputs[i]).dtype, declared = node.output_dtype(static_cast<int>(i));
      if (found != declared) {
        invalid_input("tensor '{}' is declared {}, the operator gives {}", name, to_string(declared), to_string(found));
      }
      values_[tensor] = outputs[i];
      // Values that are older have the name of another tensor.
      if (outputs[i] >= first_new) builder_.rename(outputs[i], name);
    }
  }

  void add_outputs() {
    const auto* outputs = file_.graph().outputs();
    if (!outputs || outputs->size() == 0) invalid_input("the model has no outputs");
    for (int tensor : *outputs) {
      with_context("network output", [&] {
        if (values_[tensor] == kUnknown && !tensors_.is_constant(tensor)) {
          invalid_input("tensor '{}' is computed by no operator", file_.tensor_name(tensor));
        }
        add_network_output(builder_, file_.tensor_name(tensor), value(tensor));
      });
    }
  }

  const ModelFile& file_;
  const ImportOptions& options_;
  TensorReader tensors_;
  DilatedConvolutions dilated_;
  GraphBuilder builder_;
  std::vector<ValueId> values_;  ///< one a tensor
};

}  // namespace

Graph import_model(const ModelFile& file, const ImportOptions& options) {
  return ModelImport(file, options).run();
}

Graph import_bytes(const void* data, size_t bytes, const std::string& path, const ImportOptions& options) {
  return with_context(path, [&] { return import_model(ModelFile::copy(data, bytes), options); });
}

}  // namespace convoy::tflite_frontend
