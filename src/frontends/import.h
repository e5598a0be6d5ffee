// Reads a model of any supported format, which its first bytes tell, into a Graph.
#pragma once

#include <string>

#include "frontends/import_options.h"
#include "graph/graph.h"

namespace convoy {

/// Throws Error: "model.onnx: node 'block3/conv' (Conv): what is wrong".
Graph import_model_file(const std::string& path, const ImportOptions& options = {});
/// The same from memory; `path` is for messages and the place of external data.
Graph import_model_bytes(const void* data, size_t bytes, const std::string& path, const ImportOptions& options = {});

}  // namespace convoy
