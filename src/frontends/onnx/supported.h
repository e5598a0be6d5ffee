// Refuses what a model may hold but Convoy does not import, before any of it is imported.
#pragma once

#include <onnx/onnx_pb.h>

namespace convoy::onnx_frontend {

/// Whether the node is ONNX's If, which is replaced by one of its branches.
bool is_if(const onnx::NodeProto& node);

/// Throws one Error that lists every operator of `graph` that has no importer, with its number of nodes.
void check_operators(const onnx::ModelProto& model, const onnx::GraphProto& graph);

}  // namespace convoy::onnx_frontend
