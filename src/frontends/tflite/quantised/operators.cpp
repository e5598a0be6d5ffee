// Which importer reads which TFLite operator on quantised numbers: one line each, sorted by name. Those that only move
// stored integers, or compare integers of one scale, are the importers of the operators on floats.
#include "frontends/tflite/importers.h"
#include "frontends/tflite/quantised/importers.h"

namespace convoy::tflite_frontend {
namespace {

using Code = tflite::BuiltinOperator;

struct Importer {
  Code code;
  ImportFn import;
};

constexpr Importer kImporters[] = {
    {Code::ABS, import_quantised_abs},
    {Code::ADD, import_quantised_sum},
    {Code::ARG_MAX, import_arg_reduce},
    {Code::ARG_MIN, import_arg_reduce},
    {Code::AVERAGE_POOL_2D, import_average_pool},
    {Code::BATCH_MATMUL, import_quantised_batch_matmul},
    {Code::BATCH_TO_SPACE_ND, import_batch_to_space},
    {Code::BROADCAST_TO, import_broadcast_to},
    {Code::CAST, import_cast},
    {Code::CONCATENATION, import_quantised_concatenation},
    {Code::CONV_2D, import_quantised_conv2d},
    {Code::DEPTHWISE_CONV_2D, import_quantised_depthwise_conv2d},
    {Code::DEPTH_TO_SPACE, import_depth_to_space},
    {Code::DEQUANTIZE, import_quantised_dequantize},
    {Code::DIV, import_quantised_div},
    {Code::ELU, import_quantised_function},
    {Code::EMBEDDING_LOOKUP, import_embedding_lookup},
    {Code::EQUAL, import_quantised_comparison},
    {Code::EXP, import_quantised_function},
    {Code::EXPAND_DIMS, import_expand_dims},
    {Code::FILL, import_fill},
    {Code::FULLY_CONNECTED, import_quantised_fully_connected},
    {Code::GATHER, import_gather},
    {Code::GATHER_ND, import_gather_nd},
    {Code::GELU, import_quantised_function},
    {Code::GREATER, import_quantised_comparison},
    {Code::GREATER_EQUAL, import_quantised_comparison},
    {Code::HARD_SWISH, import_quantised_hard_swish},
    {Code::L2_NORMALIZATION, import_quantised_l2_normalization},
    {Code::LEAKY_RELU, import_quantised_leaky_relu},
    {Code::LESS, import_quantised_comparison},
    {Code::LESS_EQUAL, import_quantised_comparison},
    {Code::LOG, import_quantised_function},
    {Code::LOGISTIC, import_quantised_function},
    {Code::LOG_SOFTMAX, import_quantised_log_softmax},
    {Code::MAXIMUM, import_binary},
    {Code::MAX_POOL_2D, import_max_pool},
    {Code::MEAN, import_quantised_sums},
    {Code::MINIMUM, import_binary},
    {Code::MIRROR_PAD, import_mirror_pad},
    {Code::MUL, import_quantised_mul},
    {Code::NEG, import_quantised_neg},
    {Code::NOT_EQUAL, import_quantised_comparison},
    {Code::ONE_HOT, import_one_hot},
    {Code::PACK, import_pack},
    {Code::PAD, import_pad},
    {Code::PADV2, import_pad},
    {Code::PRELU, import_quantised_prelu},
    {Code::QUANTIZE, import_quantize},
    {Code::RANK, import_rank},
    {Code::REDUCE_MAX, import_reduce},
    {Code::REDUCE_MIN, import_reduce},
    {Code::REDUCE_PROD, import_quantised_product},
    {Code::RELU, import_quantised_relu},
    {Code::RELU6, import_quantised_relu},
    {Code::RELU_0_TO_1, import_quantised_relu},
    {Code::RELU_N1_TO_1, import_quantised_relu},
    {Code::RESHAPE, import_reshape},
    {Code::RESIZE_BILINEAR, import_quantised_resize_bilinear},
    {Code::RESIZE_NEAREST_NEIGHBOR, import_resize_nearest},
    {Code::REVERSE_V2, import_reverse},
    {Code::RSQRT, import_quantised_function},
    {Code::SELECT, import_select},
    {Code::SELECT_V2, import_select},
    {Code::SHAPE, import_shape},
    {Code::SLICE, import_slice},
    {Code::SOFTMAX, import_quantised_softmax},
    {Code::SPACE_TO_BATCH_ND, import_space_to_batch},
    {Code::SPACE_TO_DEPTH, import_space_to_depth},
    {Code::SPLIT, import_split},
    {Code::SPLIT_V, import_split_v},
    {Code::SQRT, import_quantised_function},
    {Code::SQUARED_DIFFERENCE, import_quantised_squared_difference},
    {Code::SQUEEZE, import_squeeze},
    {Code::STRIDED_SLICE, import_strided_slice},
    {Code::SUB, import_quantised_sum},
    {Code::SUM, import_quantised_sums},
    {Code::TANH, import_quantised_function},
    {Code::TILE, import_tile},
    {Code::TOPK_V2, import_top_k},
    {Code::TRANSPOSE, import_transpose},
    {Code::TRANSPOSE_CONV, import_quantised_transpose_conv},
    {Code::UNPACK, import_unpack},
};

}  // namespace

ImportFn find_quantised_importer(tflite::BuiltinOperator code) {
  for (const Importer& importer : kImporters) {
    if (importer.code == code) return importer.import;
  }
  return nullptr;
}

}  // namespace convoy::tflite_frontend
