// The axes that reductions name in their second input.
#pragma once

#include "frontends/tflite/node_import.h"

namespace convoy::tflite_frontend {

/// Rising, counted from 0: models may give an axis twice, and from either end.
std::vector<int64_t> distinct_axes(const NodeImport& node);

}  // namespace convoy::tflite_frontend
