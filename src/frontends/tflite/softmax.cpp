// SOFTMAX and LOG_SOFTMAX, along the last axis.
#include "ops/softmax.h"

#include "frontends/tflite/importers.h"
#include "ops/elementwise.h"

namespace convoy::tflite_frontend {

/// Of beta * src.
std::vector<ValueId> import_softmax(NodeImport& node) {
  const double beta = node.options<tflite::SoftmaxOptions>().beta();
  ValueId src = node.input(0);
  if (beta != 1) {
    src = node.helper(binary(BinaryKind::mul), {src, node.scalar(node.type(0).dtype, beta, "/beta")}, "/scaled");
  }
  return {node.add(Softmax(), {src})};
}

std::vector<ValueId> import_log_softmax(NodeImport& node) {
  Softmax op;
  op.log = true;
  return {node.add(op, {node.input(0)})};
}

}  // namespace convoy::tflite_frontend
