#include "frontends/tflite/supported.h"

#include "frontends/refused_operators.h"
#include "frontends/tflite/node_import.h"

namespace convoy::tflite_frontend {

void check_operators(const ModelFile& file) {
  RefusedOperators refused;
  for (int i = 0; i < file.operator_count(); ++i) {
    const tflite::Operator& op = file.operator_at(i);
    if (find_importer(file.code_of(op))) continue;
    refused.add(file.type_name(op), fmt::format("{} '{}'", i, file.operator_name(op)));
  }
  refused.throw_if_any();
}

}  // namespace convoy::tflite_frontend
