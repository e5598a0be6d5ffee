// Convolutions and matrix products of dequantised numbers, computed on the integers: rules of fold_quantization.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ops/zero_points.h"
#include "passes/match.h"

namespace convoy {

/// conv2d, conv_transpose2d, matmul.
bool is_product(const Op& op);

/// How a product of floats is computed on integers: dst = scale * sums + float_bias.
struct IntegerProduct {
  ValueId src, weights;
  ValueId bias = kAbsent;        ///< i32, added to the sums
  ValueId float_bias = kAbsent;  ///< of a bias that has another scale than the sums
  ZeroPoints zeros;
  std::vector<float> scale;  ///< of the sums: one, or one an index of `axis` of dst
  int64_t axis;
};

/// Nothing when the operator on these inputs has to compute on floats; then `why` says for what reason.
std::optional<IntegerProduct> integer_product(const Graph& graph, const Op& op, const std::vector<ValueId>& inputs,
                                              std::string& why);

/// product(dequantize(x), dequantize(w), bias) -> dequantize(product(x, w, bias as i32))
Replacement fold_product(RewriteContext& context);

/// add(dequantize(sums), dequantize(bias)) of one scale -> dequantize(add(sums, bias)), where sums are a product's.
Replacement fold_bias_into_sums(RewriteContext& context);

}  // namespace convoy
