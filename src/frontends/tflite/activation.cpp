#include "frontends/tflite/activation.h"

#include "frontends/tflite/quantised/affine.h"
#include "ops/elementwise.h"
#include "support/dtypes.h"

namespace convoy::tflite_frontend {
namespace {

Unary unary_of(tflite::ActivationFunctionType activation) {
  using Type = tflite::ActivationFunctionType;
  switch (activation) {
    case Type::RELU:
      return unary(UnaryKind::relu);
    case Type::RELU_N1_TO_1:
      return unary(UnaryKind::clip, -1, 1);
    case Type::RELU6:
      return unary(UnaryKind::clip, 0, 6);
    case Type::TANH:
      return unary(UnaryKind::tanh);
    default:
      break;
  }
  const std::string name = tflite::EnumNameActivationFunctionType(activation);
  unsupported("its fused activation {} is not supported; NONE, RELU, RELU_N1_TO_1, RELU6 and TANH are",
              name.empty() ? std::to_string(static_cast<int>(activation)) : name);
}

}  // namespace

ValueId activated(NodeImport& node, ValueId id, tflite::ActivationFunctionType activation) {
  if (activation == tflite::ActivationFunctionType::NONE) return id;
  if (node.output_quantisation(0).quantised() && is_integer(node.output_dtype(0))) {
    const Bounds bounds = activation_bounds(output_affine(node), activation);
    const Unary clip = unary(UnaryKind::clip, static_cast<double>(bounds.low), static_cast<double>(bounds.high));
    return node.helper(clip, {id}, "/activation");
  }
  return node.helper(unary_of(activation), {id}, "/activation");
}

}  // namespace convoy::tflite_frontend
