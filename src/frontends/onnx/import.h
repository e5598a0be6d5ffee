// Reads an ONNX model (opset 6 and later, external data included) into a Graph. Shapes are static from
// here on: symbolic dimensions take their size from ImportOptions, and shape arithmetic is computed
// while importing, so that no Shape, Reshape-by-tensor or ConstantOfShape reaches the graph.
#pragma once

#include <string>

#include "frontends/import_options.h"
#include "graph/graph.h"

namespace convoy::onnx_frontend {

/// Throws Error: "model.onnx: node 'block3/conv' (Conv): what is wrong".
Graph import_file(const std::string& path, const ImportOptions& options = {});
/// The same from memory; `path` is for messages and the place of external data.
Graph import_bytes(const void* data, size_t bytes, const std::string& path, const ImportOptions& options = {});

}  // namespace convoy::onnx_frontend
