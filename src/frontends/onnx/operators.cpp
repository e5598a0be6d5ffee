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
    {"Cast", import_cast},
    {"CastLike", import_cast_like},
    {"Ceil", import_unary},
    {"Celu", import_celu},
    {"Clip", import_clip},
    {"Cos", import_unary},
    {"Div", import_binary},
    {"Elu", import_unary},
    {"Equal", import_binary},
    {"Erf", import_unary},
    {"Exp", import_unary},
    {"Floor", import_unary},
    {"Gather", import_gather},
    {"Gelu", import_gelu},
    {"Gemm", import_gemm},
    {"Greater", import_binary},
    {"GreaterOrEqual", import_binary},
    {"HardSigmoid", import_unary},
    {"HardSwish", import_unary},
    {"LeakyRelu", import_unary},
    {"Less", import_binary},
    {"LessOrEqual", import_binary},
    {"Log", import_unary},
    {"LogSoftmax", import_softmax},
    {"MatMul", import_matmul},
    {"Max", import_variadic},
    {"Mean", import_mean},
    {"Min", import_variadic},
    {"Mish", import_unary},
    {"Mod", import_mod},
    {"Mul", import_binary},
    {"Neg", import_unary},
    {"Not", import_unary},
    {"Or", import_binary},
    {"PRelu", import_prelu},
    {"Pow", import_pow},
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
    {"Round", import_unary},
    {"Selu", import_unary},
    {"Sigmoid", import_unary},
    {"Sign", import_unary},
    {"Sin", import_unary},
    {"Softmax", import_softmax},
    {"Softplus", import_unary},
    {"Softsign", import_unary},
    {"Sqrt", import_unary},
    {"Sub", import_binary},
    {"Sum", import_variadic},
    {"Swish", import_swish},
    {"Tanh", import_unary},
    {"TopK", import_top_k},
    {"Where", import_where},
    {"Xor", import_xor},
};

/// Operators that ONNX Runtime's tools add, domain "com.microsoft".
constexpr Importer kMicrosoft[] = {
    {"Gelu", import_gelu},
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
