#include "ops/conv2d.h"

#include "frontends/onnx/importers.h"
#include "frontends/onnx/spatial.h"

namespace convoy::onnx_frontend {

std::vector<ValueId> import_conv(NodeImport& node) {
  Spatial spatial = read_spatial(node, weights_kernel(node));
  apply_auto_pad(node, spatial);
  Conv2d op;
  op.window = spatial.window;
  op.group = node.attr_int("group", 1);
  return emit_spatial(node, spatial, std::make_shared<Conv2d>(op),
                      {with_rows(node, 0), with_rows(node, 1), node.optional_input(2)});
}

}  // namespace convoy::onnx_frontend
