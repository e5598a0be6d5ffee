// Which importer reads which TFLite operator: one line each, sorted by name.
#include "frontends/tflite/importers.h"

namespace convoy::tflite_frontend {
namespace {

using Code = tflite::BuiltinOperator;

struct Importer {
  Code code;
  ImportFn import;
};

constexpr Importer kImporters[] = {
    {Code::ABS, import_unary},
    {Code::ADD, import_activated_binary},
    {Code::ADD_N, import_add_n},
    {Code::ARG_MAX, import_arg_reduce},
    {Code::ARG_MIN, import_arg_reduce},
    {Code::AVERAGE_POOL_2D, import_average_pool},
    {Code::BATCH_MATMUL, import_batch_matmul},
    {Code::BATCH_TO_SPACE_ND, import_batch_to_space},
    {Code::BROADCAST_TO, import_broadcast_to},
    {Code::CAST, import_cast},
    {Code::CEIL, import_unary},
    {Code::CONCATENATION, import_concatenation},
    {Code::CONV_2D, import_conv2d},
    {Code::COS, import_unary},
    {Code::CUMSUM, import_cumsum},
    {Code::DEPTHWISE_CONV_2D, import_depthwise_conv2d},
    {Code::DEPTH_TO_SPACE, import_depth_to_space},
    {Code::DEQUANTIZE, import_dequantize},
    {Code::DIV, import_activated_binary},
    {Code::ELU, import_unary},
    {Code::EMBEDDING_LOOKUP, import_embedding_lookup},
    {Code::EQUAL, import_binary},
    {Code::EXP, import_unary},
    {Code::EXPAND_DIMS, import_expand_dims},
    {Code::FILL, import_fill},
    {Code::FLOOR, import_unary},
    {Code::FLOOR_DIV, import_floor_div},
    {Code::FLOOR_MOD, import_binary},
    {Code::FULLY_CONNECTED, import_fully_connected},
    {Code::GATHER, import_gather},
    {Code::GATHER_ND, import_gather_nd},
    {Code::GELU, import_gelu},
    {Code::GREATER, import_binary},
    {Code::GREATER_EQUAL, import_binary},
    {Code::HARD_SWISH, import_unary},
    {Code::L2_NORMALIZATION, import_l2_normalization},
    {Code::L2_POOL_2D, import_l2_pool},
    {Code::LEAKY_RELU, import_leaky_relu},
    {Code::LESS, import_binary},
    {Code::LESS_EQUAL, import_binary},
    {Code::LOCAL_RESPONSE_NORMALIZATION, import_local_response_normalization},
    {Code::LOG, import_unary},
    {Code::LOGICAL_AND, import_binary},
    {Code::LOGICAL_NOT, import_unary},
    {Code::LOGICAL_OR, import_binary},
    {Code::LOGISTIC, import_unary},
    {Code::LOG_SOFTMAX, import_log_softmax},
    {Code::MAXIMUM, import_binary},
    {Code::MAX_POOL_2D, import_max_pool},
    {Code::MEAN, import_reduce},
    {Code::MINIMUM, import_binary},
    {Code::MIRROR_PAD, import_mirror_pad},
    {Code::MUL, import_activated_binary},
    {Code::NEG, import_unary},
    {Code::NOT_EQUAL, import_not_equal},
    {Code::ONE_HOT, import_one_hot},
    {Code::PACK, import_pack},
    {Code::PAD, import_pad},
    {Code::PADV2, import_pad},
    {Code::POW, import_binary},
    {Code::PRELU, import_binary},
    {Code::QUANTIZE, import_quantize_of_floats},
    {Code::RANGE, import_range},
    {Code::RANK, import_rank},
    {Code::REDUCE_ALL, import_reduce_booleans},
    {Code::REDUCE_ANY, import_reduce_booleans},
    {Code::REDUCE_MAX, import_reduce},
    {Code::REDUCE_MIN, import_reduce},
    {Code::REDUCE_PROD, import_reduce},
    {Code::RELU, import_unary},
    {Code::RELU6, import_unary},
    {Code::RELU_0_TO_1, import_unary},
    {Code::RELU_N1_TO_1, import_unary},
    {Code::RESHAPE, import_reshape},
    {Code::RESIZE_BILINEAR, import_resize_bilinear},
    {Code::RESIZE_NEAREST_NEIGHBOR, import_resize_nearest},
    {Code::REVERSE_V2, import_reverse},
    {Code::ROUND, import_unary},
    {Code::RSQRT, import_rsqrt},
    {Code::SELECT, import_select},
    {Code::SELECT_V2, import_select},
    {Code::SHAPE, import_shape},
    {Code::SIGN, import_unary},
    {Code::SIN, import_unary},
    {Code::SLICE, import_slice},
    {Code::SOFTMAX, import_softmax},
    {Code::SPACE_TO_BATCH_ND, import_space_to_batch},
    {Code::SPACE_TO_DEPTH, import_space_to_depth},
    {Code::SPLIT, import_split},
    {Code::SPLIT_V, import_split_v},
    {Code::SQRT, import_unary},
    {Code::SQUARE, import_square},
    {Code::SQUARED_DIFFERENCE, import_squared_difference},
    {Code::SQUEEZE, import_squeeze},
    {Code::STRIDED_SLICE, import_strided_slice},
    {Code::SUB, import_activated_binary},
    {Code::SUM, import_reduce},
    {Code::TANH, import_unary},
    {Code::TILE, import_tile},
    {Code::TOPK_V2, import_top_k},
    {Code::TRANSPOSE, import_transpose},
    {Code::TRANSPOSE_CONV, import_transpose_conv},
    {Code::UNPACK, import_unpack},
    {Code::ZEROS_LIKE, import_zeros_like},
};

}  // namespace

ImportFn find_importer(tflite::BuiltinOperator code) {
  for (const Importer& importer : kImporters) {
    if (importer.code == code) return importer.import;
  }
  return nullptr;
}

}  // namespace convoy::tflite_frontend
