// Refuses operators that Convoy does not import, before any of them is imported.
#pragma once

#include "frontends/tflite/model_file.h"

namespace convoy::tflite_frontend {

/// Throws one Error that lists every operator that has no importer, with its number of uses.
void check_operators(const ModelFile& file);

}  // namespace convoy::tflite_frontend
