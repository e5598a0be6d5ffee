// Every operator's importer, one line each; operators.cpp says which ONNX operator uses which. An importer
// adds its operator to the graph and returns the node's outputs; it throws Error without the node's name,
// which the caller adds.
#pragma once

#include <vector>

#include "frontends/onnx/node_import.h"

namespace convoy::onnx_frontend {

// elementwise.cpp
std::vector<ValueId> import_unary(NodeImport& node);
std::vector<ValueId> import_clip(NodeImport& node);
std::vector<ValueId> import_celu(NodeImport& node);
std::vector<ValueId> import_gelu(NodeImport& node);
std::vector<ValueId> import_swish(NodeImport& node);
// binary.cpp
std::vector<ValueId> import_binary(NodeImport& node);
std::vector<ValueId> import_variadic(NodeImport& node);
std::vector<ValueId> import_mean(NodeImport& node);
std::vector<ValueId> import_pow(NodeImport& node);
std::vector<ValueId> import_prelu(NodeImport& node);
std::vector<ValueId> import_mod(NodeImport& node);
std::vector<ValueId> import_xor(NodeImport& node);
std::vector<ValueId> import_where(NodeImport& node);
// matmul.cpp
std::vector<ValueId> import_gemm(NodeImport& node);
std::vector<ValueId> import_matmul(NodeImport& node);
// reduce.cpp
std::vector<ValueId> import_reduce(NodeImport& node);
std::vector<ValueId> import_arg_reduce(NodeImport& node);
// softmax.cpp
std::vector<ValueId> import_softmax(NodeImport& node);
// cast.cpp
std::vector<ValueId> import_cast(NodeImport& node);
std::vector<ValueId> import_cast_like(NodeImport& node);
// indexing.cpp
std::vector<ValueId> import_gather(NodeImport& node);
std::vector<ValueId> import_top_k(NodeImport& node);
std::vector<ValueId> import_range(NodeImport& node);

}  // namespace convoy::onnx_frontend
