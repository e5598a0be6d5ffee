// What operators that pad with zeros add to a tensor.
#pragma once

#include "frontends/tflite/node_import.h"

namespace convoy::tflite_frontend {

/// The stored number that stands for 0 in the node's output.
double padding_value(const NodeImport& node);

}  // namespace convoy::tflite_frontend
