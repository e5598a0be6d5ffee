// What convolutions and pools have in common: their spatial attributes (strides, dilations, pads, auto_pad), and
// how those over one axis (N,C,W) are computed as 2-D ones over a single row (N,C,1,W).
#pragma once

#include <vector>

#include "frontends/onnx/node_import.h"
#include "ops/window2d.h"

namespace convoy::onnx_frontend {

/// Attributes for rows and columns; those of a 1-D operator have a first axis that does nothing.
struct Spatial {
  int axes = 2;                  ///< of the ONNX operator: 1 or 2
  std::vector<int64_t> kernel;   ///< rows, columns
  std::vector<int64_t> extents;  ///< rows and columns of src
  Window2d window;
};

/// Where an odd number of padding elements puts the extra one.
enum class ExtraPad { at_begin, at_end };

/// Divides `total` padding elements between the two ends of `axis`.
void set_pads(Window2d& window, int axis, int64_t total, ExtraPad extra);

/// The spatial extents of a convolution's weights (input `weights`), which have src's rank; throws Error otherwise.
std::vector<int64_t> weights_kernel(const NodeImport& node, int weights = 1);

/// Reads kernel_shape, strides, dilations and pads of input 0, `kernel` being the weights' spatial extents; no
/// kernel: kernel_shape is required. Everything is in range. Throws Error unless src has 1 or 2 spatial axes.
Spatial read_spatial(const NodeImport& node, const std::vector<int64_t>& kernel = {});

/// The values of `name`, one a spatial axis of the node, for rows and columns: a missing row gets `fill`.
std::vector<int64_t> rows_and_columns(const NodeImport& node, const char* name, int axes, int64_t fill);

/// auto_pad: "NOTSET", "VALID", "SAME_UPPER" or "SAME_LOWER"; throws Error for others.
std::string read_auto_pad(const NodeImport& node);
inline ExtraPad extra_pad(const std::string& auto_pad) {
  return auto_pad == "SAME_UPPER" ? ExtraPad::at_end : ExtraPad::at_begin;
}

/// Sets the pads of convolutions and pools: those of SAME_UPPER and SAME_LOWER give ceil(extent / stride)
/// outputs.
void apply_auto_pad(const NodeImport& node, Spatial& spatial);

/// Input `index` (of rank 3 or 4) with rows and columns: N,C,W as N,C,1,W.
ValueId with_rows(NodeImport& node, int index);

/// Adds a 2-D operator as the node; outputs of 1-D nodes lose the row again.
std::vector<ValueId> emit_spatial(NodeImport& node, const Spatial& spatial, OpPtr op,
                                  const std::vector<ValueId>& inputs);

}  // namespace convoy::onnx_frontend
