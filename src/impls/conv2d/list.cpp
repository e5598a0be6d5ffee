#include "impls/conv2d/list.h"

#include <algorithm>

#include "impls/epilogue.h"

namespace convoy {

const ImplList& conv2d_impls() {
  static const ImplList list = [] {
    ImplList all = {&conv2d_depthwise_columns(), &conv2d_depthwise_pairs(), &conv2d_depthwise(), &conv2d_few_outputs()};
    for (int m = 6; m >= 2; --m) all.push_back(&conv2d_winograd(m));
    for (int m = 6; m >= 2; --m) all.push_back(&conv2d_winograd_lean(m));
    all.push_back(&conv2d_strassen());
    all.push_back(&conv2d_direct());
    all.push_back(&conv2d_planes());
    for (int m = 4; m >= 2; --m) all.push_back(&conv2d_int8_winograd(m));
    all.push_back(&conv2d_int8());
    all.push_back(&conv2d_int8_depthwise());
    return all;
  }();
  return list;
}

Tensor padded_bias(const Problem& problem, int64_t elems) {
  Tensor padded(DType::f32, Shape{elems});
  const ValueId bias = problem.anchor_input(2);
  if (bias == kAbsent) return padded;
  const Tensor& values = *problem.graph().value(bias).constant;
  std::copy_n(values.as<float>(), values.elems(), padded.as<float>());
  return padded;
}

std::string conv_refusal(const Problem& problem) {
  const Graph& graph = problem.graph();
  if (problem.type(problem.anchor_input(0)).dtype != DType::f32) return "not f32";
  if (!graph.is_constant(problem.anchor_input(1))) return "weights are computed at run time";
  const ValueId bias = problem.anchor_input(2);
  if (bias != kAbsent && !graph.is_constant(bias)) return "bias is computed at run time";
  if (problem.type(problem.group.output).shape.elems() == 0) return "empty output";
  return Epilogue::refusal(problem);
}

}  // namespace convoy
