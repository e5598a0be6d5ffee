// Which importer an operator has, and which operators have none: those are refused before anything is imported.
#pragma once

#include "frontends/tflite/node_import.h"

namespace convoy::tflite_frontend {

/// Null when Convoy does not import the operator, or not on quantised numbers.
ImportFn importer_of(const ModelFile& file, const TensorReader& tensors, const tflite::Operator& op);

/// "ADD", "ADD on quantised numbers": what importers are chosen by.
std::string operator_form(const ModelFile& file, const TensorReader& tensors, const tflite::Operator& op);

/// Throws one Error that lists every operator that has no importer, with its number of uses.
void check_operators(const ModelFile& file, const TensorReader& tensors);

}  // namespace convoy::tflite_frontend
