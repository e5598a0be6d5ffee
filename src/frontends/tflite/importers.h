// Every operator's importer, one line each; operators.cpp says which TFLite operator uses which. An importer
// adds its operator to the graph and returns the node's outputs; it throws Error without the node's name,
// which the caller adds.
#pragma once

#include <vector>

#include "frontends/tflite/node_import.h"

namespace convoy::tflite_frontend {

// binary.cpp
std::vector<ValueId> import_binary(NodeImport& node);
std::vector<ValueId> import_activated_binary(NodeImport& node);
std::vector<ValueId> import_squared_difference(NodeImport& node);
std::vector<ValueId> import_not_equal(NodeImport& node);
std::vector<ValueId> import_floor_div(NodeImport& node);
std::vector<ValueId> import_add_n(NodeImport& node);
std::vector<ValueId> import_select(NodeImport& node);
// cast.cpp
std::vector<ValueId> import_cast(NodeImport& node);
std::vector<ValueId> import_dequantize(NodeImport& node);
std::vector<ValueId> import_quantize_of_floats(NodeImport& node);
// concat.cpp
std::vector<ValueId> import_concatenation(NodeImport& node);
std::vector<ValueId> import_pack(NodeImport& node);
std::vector<ValueId> import_unpack(NodeImport& node);
// conv2d.cpp
std::vector<ValueId> import_conv2d(NodeImport& node);
std::vector<ValueId> import_depthwise_conv2d(NodeImport& node);
// conv_transpose2d.cpp
std::vector<ValueId> import_transpose_conv(NodeImport& node);
// depth_to_space.cpp
std::vector<ValueId> import_depth_to_space(NodeImport& node);
std::vector<ValueId> import_space_to_depth(NodeImport& node);
// elementwise.cpp
std::vector<ValueId> import_unary(NodeImport& node);
std::vector<ValueId> import_leaky_relu(NodeImport& node);
std::vector<ValueId> import_gelu(NodeImport& node);
std::vector<ValueId> import_rsqrt(NodeImport& node);
std::vector<ValueId> import_square(NodeImport& node);
// gather.cpp
std::vector<ValueId> import_gather(NodeImport& node);
std::vector<ValueId> import_gather_nd(NodeImport& node);
std::vector<ValueId> import_embedding_lookup(NodeImport& node);
std::vector<ValueId> import_one_hot(NodeImport& node);
// matmul.cpp
std::vector<ValueId> import_fully_connected(NodeImport& node);
std::vector<ValueId> import_batch_matmul(NodeImport& node);
// normalization.cpp
std::vector<ValueId> import_l2_normalization(NodeImport& node);
std::vector<ValueId> import_local_response_normalization(NodeImport& node);
// pad.cpp
std::vector<ValueId> import_pad(NodeImport& node);
std::vector<ValueId> import_mirror_pad(NodeImport& node);
// pool2d.cpp
std::vector<ValueId> import_average_pool(NodeImport& node);
std::vector<ValueId> import_max_pool(NodeImport& node);
std::vector<ValueId> import_l2_pool(NodeImport& node);
// reduce.cpp
std::vector<ValueId> import_reduce(NodeImport& node);
std::vector<ValueId> import_reduce_booleans(NodeImport& node);
std::vector<ValueId> import_arg_reduce(NodeImport& node);
std::vector<ValueId> import_top_k(NodeImport& node);
std::vector<ValueId> import_cumsum(NodeImport& node);
// repetition.cpp
std::vector<ValueId> import_tile(NodeImport& node);
std::vector<ValueId> import_broadcast_to(NodeImport& node);
std::vector<ValueId> import_shape(NodeImport& node);
std::vector<ValueId> import_rank(NodeImport& node);
std::vector<ValueId> import_fill(NodeImport& node);
std::vector<ValueId> import_zeros_like(NodeImport& node);
std::vector<ValueId> import_range(NodeImport& node);
// reshape.cpp
std::vector<ValueId> import_reshape(NodeImport& node);
std::vector<ValueId> import_squeeze(NodeImport& node);
std::vector<ValueId> import_expand_dims(NodeImport& node);
// resize.cpp
std::vector<ValueId> import_resize_bilinear(NodeImport& node);
std::vector<ValueId> import_resize_nearest(NodeImport& node);
// slice.cpp
std::vector<ValueId> import_slice(NodeImport& node);
std::vector<ValueId> import_split(NodeImport& node);
std::vector<ValueId> import_split_v(NodeImport& node);
std::vector<ValueId> import_reverse(NodeImport& node);
// softmax.cpp
std::vector<ValueId> import_softmax(NodeImport& node);
std::vector<ValueId> import_log_softmax(NodeImport& node);
// space_batch.cpp
std::vector<ValueId> import_space_to_batch(NodeImport& node);
std::vector<ValueId> import_batch_to_space(NodeImport& node);
// strided_slice.cpp
std::vector<ValueId> import_strided_slice(NodeImport& node);
// transpose.cpp
std::vector<ValueId> import_transpose(NodeImport& node);

}  // namespace convoy::tflite_frontend
