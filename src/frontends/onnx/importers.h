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
// quantised_float.cpp
std::vector<ValueId> import_qlinear_binary(NodeImport& node);
std::vector<ValueId> import_qlinear_concat(NodeImport& node);
std::vector<ValueId> import_qlinear_global_average_pool(NodeImport& node);
std::vector<ValueId> import_qlinear_average_pool(NodeImport& node);
std::vector<ValueId> import_qlinear_softmax(NodeImport& node);
std::vector<ValueId> import_qlinear_unary(NodeImport& node);
// quantised_linear.cpp
std::vector<ValueId> import_quantize_linear(NodeImport& node);
std::vector<ValueId> import_dequantize_linear(NodeImport& node);
std::vector<ValueId> import_dynamic_quantize_linear(NodeImport& node);
// quantised_products.cpp
std::vector<ValueId> import_qlinear_conv(NodeImport& node);
std::vector<ValueId> import_qlinear_matmul(NodeImport& node);
std::vector<ValueId> import_conv_integer(NodeImport& node);
std::vector<ValueId> import_matmul_integer(NodeImport& node);
std::vector<ValueId> import_qgemm(NodeImport& node);
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
// concat.cpp
std::vector<ValueId> import_concat(NodeImport& node);
// constant.cpp
std::vector<ValueId> import_constant(NodeImport& node);
std::vector<ValueId> import_constant_of_shape(NodeImport& node);
std::vector<ValueId> import_shape(NodeImport& node);
std::vector<ValueId> import_size(NodeImport& node);
// conv2d.cpp
std::vector<ValueId> import_conv(NodeImport& node);
// conv_transpose2d.cpp
std::vector<ValueId> import_conv_transpose(NodeImport& node);
// depth_to_space.cpp
std::vector<ValueId> import_depth_to_space(NodeImport& node);
std::vector<ValueId> import_space_to_depth(NodeImport& node);
// identity.cpp
std::vector<ValueId> import_identity(NodeImport& node);
std::vector<ValueId> import_dropout(NodeImport& node);
// normalization.cpp
std::vector<ValueId> import_batch_normalization(NodeImport& node);
std::vector<ValueId> import_instance_normalization(NodeImport& node);
std::vector<ValueId> import_layer_normalization(NodeImport& node);
std::vector<ValueId> import_group_normalization(NodeImport& node);
std::vector<ValueId> import_lrn(NodeImport& node);
// pad.cpp
std::vector<ValueId> import_pad(NodeImport& node);
// pool2d.cpp
std::vector<ValueId> import_max_pool(NodeImport& node);
std::vector<ValueId> import_average_pool(NodeImport& node);
std::vector<ValueId> import_global_average_pool(NodeImport& node);
std::vector<ValueId> import_global_max_pool(NodeImport& node);
// repetition.cpp
std::vector<ValueId> import_expand(NodeImport& node);
std::vector<ValueId> import_tile(NodeImport& node);
// reshape.cpp
std::vector<ValueId> import_reshape(NodeImport& node);
std::vector<ValueId> import_flatten(NodeImport& node);
std::vector<ValueId> import_squeeze(NodeImport& node);
std::vector<ValueId> import_unsqueeze(NodeImport& node);
// resize.cpp
std::vector<ValueId> import_resize(NodeImport& node);
std::vector<ValueId> import_upsample(NodeImport& node);
// slice.cpp
std::vector<ValueId> import_slice(NodeImport& node);
std::vector<ValueId> import_split(NodeImport& node);
// transpose.cpp
std::vector<ValueId> import_transpose(NodeImport& node);

}  // namespace convoy::onnx_frontend
