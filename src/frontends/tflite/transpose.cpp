#include "frontends/simple_ops.h"
#include "frontends/tflite/importers.h"

namespace convoy::tflite_frontend {

std::vector<ValueId> import_transpose(NodeImport& node) {
  return {node.add(transpose_to(node.constant_ints(1)), {node.input(0)})};
}

}  // namespace convoy::tflite_frontend
