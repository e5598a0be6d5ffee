// GATHER and TRANSPOSE.
#include "frontends/simple_ops.h"
#include "frontends/tflite/importers.h"
#include "ops/gather.h"

namespace convoy::tflite_frontend {

std::vector<ValueId> import_gather(NodeImport& node) {
  const auto& options = node.options<tflite::GatherOptions>();
  if (options.batch_dims() != 0) unsupported("batch_dims is {}, only 0 is supported", options.batch_dims());
  Gather op;
  op.axis = options.axis();
  return {node.add(op, {node.input(0), node.input(1)})};
}

std::vector<ValueId> import_transpose(NodeImport& node) {
  return {node.add(transpose_to(node.constant_ints(1)), {node.input(0)})};
}

}  // namespace convoy::tflite_frontend
