// What FULLY_CONNECTED says, for its importers on floats and on quantised numbers: src is read as rows as long as those
// of the weights N,K, dst = rows * weights' + bias.
#pragma once

#include "frontends/tflite/node_import.h"
#include "ops/zero_points.h"

namespace convoy::tflite_frontend {

struct FullyConnected {
  Shape rows, dst;
  tflite::ActivationFunctionType activation;
};

/// Throws Error when the operands do not fit.
FullyConnected read_fully_connected(const NodeImport& node);

/// rows * weights' + bias, rows x N.
ValueId add_product(NodeImport& node, const FullyConnected& form, const ZeroPoints& zeros);

}  // namespace convoy::tflite_frontend
