// Matrix products with a constant right-hand side as 1x1 convolutions: rows of the left side are pixels.
#pragma once

#include "impls/conv2d/direct_kernel.h"
#include "ops/matmul.h"

namespace convoy {

const MatMul& matmul_op(const Problem& problem);
/// a: rank 2 to 4 with axes (N, H,) M, K; dst: (N, H,) M, OC.
ConvGeometry matmul_geometry(const Problem& problem);
/// Where the convolution's pixels lie in a product of this rank.
OutputIndex matmul_output(int rank);
/// Of the right-hand side.
WeightSource matmul_weights(const Problem& problem, const ConvGeometry& g);
/// Why the product is no such convolution; "" when it is.
std::string matmul_refusal(const Problem& problem);

}  // namespace convoy
