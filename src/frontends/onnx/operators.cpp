// Which importer reads which ONNX operator: one line each, sorted by name.
#include <span>

#include "frontends/onnx/importers.h"

namespace convoy::onnx_frontend {
namespace {

struct Importer {
  std::string_view op_type;
  ImportFn import;
};

/// The operators of the standard domain, "" or "ai.onnx".
constexpr Importer kStandard[] = {
    {"Abs", import_unary},
    {"Add", import_binary},
    {"And", import_binary},
    {"ArgMax", import_arg_reduce},
    {"ArgMin", import_arg_reduce},
    {"AveragePool", import_average_pool},
    {"BatchNormalization", import_batch_normalization},
    {"Cast", import_cast},
    {"CastLike", import_cast_like},
    {"Ceil", import_unary},
    {"Celu", import_celu},
    {"Clip", import_clip},
    {"Concat", import_concat},
    {"Constant", import_constant},
    {"ConstantOfShape", import_constant_of_shape},
    {"Conv", import_conv},
    {"ConvInteger", import_conv_integer},
    {"ConvTranspose", import_conv_transpose},
    {"Cos", import_unary},
    {"DepthToSpace", import_depth_to_space},
    {"DequantizeLinear", import_dequantize_linear},
    {"Div", import_binary},
    {"Dropout", import_dropout},
    {"DynamicQuantizeLinear", import_dynamic_quantize_linear},
    {"Elu", import_unary},
    {"Equal", import_binary},
    {"Erf", import_unary},
    {"Exp", import_unary},
    {"Expand", import_expand},
    {"Flatten", import_flatten},
    {"Floor", import_unary},
    {"Gather", import_gather},
    {"Gelu", import_gelu},
    {"Gemm", import_gemm},
    {"GlobalAveragePool", import_global_average_pool},
    {"GlobalMaxPool", import_global_max_pool},
    {"Greater", import_binary},
    {"GreaterOrEqual", import_binary},
    {"GroupNormalization", import_group_normalization},
    {"HardSigmoid", import_unary},
    {"HardSwish", import_unary},
    {"Identity", import_identity},
    {"InstanceNormalization", import_instance_normalization},
    {"LRN", import_lrn},
    {"LayerNormalization", import_layer_normalization},
    {"LeakyRelu", import_unary},
    {"Less", import_binary},
    {"LessOrEqual", import_binary},
    {"Log", import_unary},
    {"LogSoftmax", import_softmax},
    {"MatMul", import_matmul},
    {"MatMulInteger", import_matmul_integer},
    {"Max", import_variadic},
    {"MaxPool", import_max_pool},
    {"Mean", import_mean},
    {"Min", import_variadic},
    {"Mish", import_unary},
    {"Mod", import_mod},
    {"Mul", import_binary},
    {"Neg", import_unary},
    {"Not", import_unary},
    {"Or", import_binary},
    {"PRelu", import_prelu},
    {"Pad", import_pad},
    {"Pow", import_pow},
    {"QLinearConv", import_qlinear_conv},
    {"QLinearMatMul", import_qlinear_matmul},
    {"QuantizeLinear", import_quantize_linear},
    {"Range", import_range},
    {"Reciprocal", import_unary},
    {"ReduceL1", import_reduce},
    {"ReduceL2", import_reduce},
    {"ReduceLogSum", import_reduce},
    {"ReduceLogSumExp", import_reduce},
    {"ReduceMax", import_reduce},
    {"ReduceMean", import_reduce},
    {"ReduceMin", import_reduce},
    {"ReduceProd", import_reduce},
    {"ReduceSum", import_reduce},
    {"ReduceSumSquare", import_reduce},
    {"Relu", import_unary},
    {"Reshape", import_reshape},
    {"Resize", import_resize},
    {"Round", import_unary},
    {"Selu", import_unary},
    {"Shape", import_shape},
    {"Sigmoid", import_unary},
    {"Sign", import_unary},
    {"Sin", import_unary},
    {"Size", import_size},
    {"Slice", import_slice},
    {"Softmax", import_softmax},
    {"Softplus", import_unary},
    {"Softsign", import_unary},
    {"SpaceToDepth", import_space_to_depth},
    {"Split", import_split},
    {"Sqrt", import_unary},
    {"Squeeze", import_squeeze},
    {"Sub", import_binary},
    {"Sum", import_variadic},
    {"Swish", import_swish},
    {"Tanh", import_unary},
    {"Tile", import_tile},
    {"TopK", import_top_k},
    {"Transpose", import_transpose},
    {"Unsqueeze", import_unsqueeze},
    {"Upsample", import_upsample},
    {"Where", import_where},
    {"Xor", import_xor},
};

/// Operators that ONNX Runtime's tools add, domain "com.microsoft".
constexpr Importer kMicrosoft[] = {
    {"DequantizeLinear", import_dequantize_linear},
    {"Gelu", import_gelu},
    {"QGemm", import_qgemm},
    {"QLinearAdd", import_qlinear_binary},
    {"QLinearAveragePool", import_qlinear_average_pool},
    {"QLinearConcat", import_qlinear_concat},
    {"QLinearConv", import_qlinear_conv},
    {"QLinearGlobalAveragePool", import_qlinear_global_average_pool},
    {"QLinearLeakyRelu", import_qlinear_unary},
    {"QLinearMul", import_qlinear_binary},
    {"QLinearSigmoid", import_qlinear_unary},
    {"QLinearSoftmax", import_qlinear_softmax},
    {"QuantizeLinear", import_quantize_linear},
};

ImportFn find(std::span<const Importer> table, std::string_view op_type) {
  for (const Importer& importer : table) {
    if (importer.op_type == op_type) return importer.import;
  }
  return nullptr;
}

}  // namespace

ImportFn find_importer(std::string_view domain, std::string_view op_type) {
  if (domain.empty() || domain == "ai.onnx") return find(kStandard, op_type);
  if (domain == "com.microsoft") return find(kMicrosoft, op_type);
  return nullptr;
}

}  // namespace convoy::onnx_frontend
