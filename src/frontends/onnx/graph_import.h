// Builds the Graph from a parsed model: inputs, initializers, then every node by its importer.
#pragma once

#include <onnx/onnx_pb.h>

#include <memory>
#include <string>

#include "frontends/onnx/import.h"

namespace convoy::onnx_frontend {

/// `path` is the place that external data is relative to. Throws Error that names the node.
Graph import_model(std::shared_ptr<onnx::ModelProto> model, const std::string& path, const ImportOptions& options);

}  // namespace convoy::onnx_frontend
