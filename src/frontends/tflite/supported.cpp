#include "frontends/tflite/supported.h"

#include "frontends/refused_operators.h"

namespace convoy::tflite_frontend {

ImportFn importer_of(const ModelFile& file, const TensorReader& tensors, const tflite::Operator& op) {
  const tflite::BuiltinOperator code = file.code_of(op);
  return is_quantised(file, tensors, op) ? find_quantised_importer(code) : find_importer(code);
}

std::string operator_form(const ModelFile& file, const TensorReader& tensors, const tflite::Operator& op) {
  const bool known = find_importer(file.code_of(op)) || find_quantised_importer(file.code_of(op));
  return file.type_name(op) + (known && is_quantised(file, tensors, op) ? " on quantised numbers" : "");
}

void check_operators(const ModelFile& file, const TensorReader& tensors) {
  RefusedOperators refused;
  for (int i = 0; i < file.operator_count(); ++i) {
    const tflite::Operator& op = file.operator_at(i);
    if (importer_of(file, tensors, op)) continue;
    refused.add(operator_form(file, tensors, op), fmt::format("{} '{}'", i, file.operator_name(op)));
  }
  refused.throw_if_any();
}

}  // namespace convoy::tflite_frontend
