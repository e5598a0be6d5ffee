// Importers of operators on quantised numbers, one line each, where they differ from those on floats; operators.cpp
// says which TFLite operator uses which. See ../importers.h.
#pragma once

#include "frontends/tflite/node_import.h"

namespace convoy::tflite_frontend {

// batch_matmul.cpp
std::vector<ValueId> import_quantised_batch_matmul(NodeImport& node);
// binary.cpp
std::vector<ValueId> import_quantised_sum(NodeImport& node);
std::vector<ValueId> import_quantised_mul(NodeImport& node);
std::vector<ValueId> import_quantised_squared_difference(NodeImport& node);
std::vector<ValueId> import_quantised_prelu(NodeImport& node);
// comparisons.cpp
std::vector<ValueId> import_quantised_comparison(NodeImport& node);
// concat.cpp
std::vector<ValueId> import_quantised_concatenation(NodeImport& node);
// convert.cpp
std::vector<ValueId> import_quantize(NodeImport& node);
std::vector<ValueId> import_quantised_dequantize(NodeImport& node);
// convolutions.cpp
std::vector<ValueId> import_quantised_conv2d(NodeImport& node);
std::vector<ValueId> import_quantised_depthwise_conv2d(NodeImport& node);
std::vector<ValueId> import_quantised_transpose_conv(NodeImport& node);
// div.cpp
std::vector<ValueId> import_quantised_div(NodeImport& node);
// fully_connected.cpp
std::vector<ValueId> import_quantised_fully_connected(NodeImport& node);
// functions.cpp
std::vector<ValueId> import_quantised_function(NodeImport& node);
// functions16.cpp
std::vector<ValueId> import_quantised_sigmoid16(NodeImport& node);
// hard_swish.cpp
std::vector<ValueId> import_quantised_hard_swish(NodeImport& node);
// l2_normalization.cpp
std::vector<ValueId> import_quantised_l2_normalization(NodeImport& node);
// reduce.cpp
std::vector<ValueId> import_quantised_sums(NodeImport& node);
std::vector<ValueId> import_quantised_product(NodeImport& node);
// rescaled.cpp
std::vector<ValueId> import_quantised_relu(NodeImport& node);
std::vector<ValueId> import_quantised_leaky_relu(NodeImport& node);
std::vector<ValueId> import_quantised_abs(NodeImport& node);
std::vector<ValueId> import_quantised_neg(NodeImport& node);
// resize.cpp
std::vector<ValueId> import_quantised_resize_bilinear(NodeImport& node);
// softmax.cpp
std::vector<ValueId> import_quantised_softmax(NodeImport& node);
std::vector<ValueId> import_quantised_log_softmax(NodeImport& node);

}  // namespace convoy::tflite_frontend
