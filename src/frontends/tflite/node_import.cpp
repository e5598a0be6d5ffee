#include "frontends/tflite/node_import.h"

#include "frontends/simple_ops.h"

namespace convoy::tflite_frontend {

DType NodeImport::output_dtype(int index) const {
  return tensors_.dtype(op_.outputs()->Get(static_cast<unsigned>(index)));
}

std::string NodeImport::label(int tensor) const {
  return fmt::format("tensor '{}'", file_.tensor_name(tensor));
}

std::string NodeImport::input_label(int index) const {
  input(index);  // refuses one that is not given
  return label(op_.inputs()->Get(static_cast<unsigned>(index)));
}

std::string NodeImport::output_label(int index) const {
  return label(op_.outputs()->Get(static_cast<unsigned>(index)));
}

QuantParams NodeImport::input_quantisation(int index) const {
  input(index);  // refuses one that is not given
  return tensors_.quantisation(op_.inputs()->Get(static_cast<unsigned>(index)));
}

QuantParams NodeImport::output_quantisation(int index) const {
  return tensors_.quantisation(op_.outputs()->Get(static_cast<unsigned>(index)));
}

Rounding NodeImport::rounding() const {
  if (rounding_ == NetworkRounding::once) return Rounding::once;
  const bool scales_in_double =
      rounding_ == NetworkRounding::litert && code() == tflite::BuiltinOperator::FULLY_CONNECTED;
  return scales_in_double ? Rounding::once : Rounding::twice;
}

ValueId NodeImport::channels_first(ValueId id, const char* suffix) {
  const TensorType& type = builder().type(id);
  if (type.shape.rank() != 4) invalid_input("an operand is {}, expected NxHxWxC", type.str());
  return helper(transpose_to({0, 3, 1, 2}), {id}, suffix);
}

ValueId NodeImport::channels_last(ValueId id) {
  return helper(transpose_to({0, 2, 3, 1}), {id}, "/nhwc");
}

void NodeImport::refuse_options() const {
  invalid_input("its options are {}, which belong to another operator",
                tflite::EnumNameBuiltinOptions(op_.builtin_options_type()));
}

const void* NodeImport::default_options() {
  // A vtable of 4 bytes without fields, then the table: its distance to the vtable.
  alignas(4) static constexpr unsigned char kEmptyTable[] = {4, 0, 4, 0, 4, 0, 0, 0};
  return kEmptyTable + 4;
}

}  // namespace convoy::tflite_frontend
