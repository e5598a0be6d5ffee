// What an operator's importer sees: one TFLite operator with its options, and the graph being built.
//
// TFLite's images are N,H,W,C, those of Convoy's operators N,C,H,W. Values keep TFLite's shapes; importers of
// operators over rows and columns put transpositions around them, which the passes cancel.
#pragma once

#include <convoy/rounding.h>

#include <string>
#include <vector>

#include "frontends/imported_node.h"
#include "frontends/tflite/tensors.h"

namespace convoy::tflite_frontend {

struct ImageBlocks;

class NodeImport : public ImportedNode {
 public:
  /// `blocks` are those that a convolution's images are cut into, if any.
  NodeImport(const ModelFile& file, const tflite::Operator& op, GraphBuilder& builder, const TensorReader& tensors,
             std::vector<ValueId> inputs, NetworkRounding rounding, const ImageBlocks* blocks)
      : ImportedNode(builder, std::move(inputs), file.operator_name(op)),
        file_(file),
        op_(op),
        tensors_(tensors),
        rounding_(rounding),
        blocks_(blocks) {}

  tflite::BuiltinOperator code() const { return file_.code_of(op_); }
  int output_count() const { return op_.outputs() ? static_cast<int>(op_.outputs()->size()) : 0; }
  /// The declared element type of an output.
  DType output_dtype(int index) const;
  /// "tensor 'x'": how errors name an input or output.
  std::string input_label(int index) const;
  std::string output_label(int index) const;
  /// Scale and zero point of an input or output; none for floats.
  QuantParams input_quantisation(int index) const;
  QuantParams output_quantisation(int index) const;
  /// Of this operator's results on quantised numbers.
  Rounding rounding() const;

  /// What was around a convolution that reads its images as they were before; null for others.
  const ImageBlocks* blocks() const { return blocks_; }

  /// The operator's options; all defaults when the model leaves them out. Throws Error when they are of another type.
  template <class T>
  const T& options() const {
    if (const T* given = op_.builtin_options_as<T>()) return *given;
    if (op_.builtin_options_type() != tflite::BuiltinOptions::NONE) refuse_options();
    return *reinterpret_cast<const T*>(default_options());
  }

  /// Adds `op`, named after this node, whose outputs are this node's or what they are made of.
  template <class T>
  ValueId add(T op, const std::vector<ValueId>& inputs) {
    return builder().make(std::move(op), inputs, name(), name() + "/out");
  }

  /// N,H,W,C as N,C,H,W, and back. Throws Error unless the value is of rank 4.
  ValueId channels_first(ValueId id, const char* suffix);
  ValueId channels_last(ValueId id);

 private:
  std::string label(int tensor) const;
  [[noreturn]] void refuse_options() const;
  /// A table in which no field is set.
  static const void* default_options();

  const ModelFile& file_;
  const tflite::Operator& op_;
  const TensorReader& tensors_;
  NetworkRounding rounding_;
  const ImageBlocks* blocks_;
};

/// Imports one operator and returns the values of its outputs, as many as it lists.
using ImportFn = std::vector<ValueId> (*)(NodeImport&);

/// The importer of a TFLite operator on floats and plain integers, or null. The table is in operators.cpp.
ImportFn find_importer(tflite::BuiltinOperator code);
/// The one of its form on quantised numbers, or null. The table is in quantised/operators.cpp.
ImportFn find_quantised_importer(tflite::BuiltinOperator code);

}  // namespace convoy::tflite_frontend
