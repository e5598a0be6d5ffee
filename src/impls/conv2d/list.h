// Every way to compute a conv2d, and what they share.
#pragma once

#include "impls/impl.h"

namespace convoy {

const Impl& conv2d_direct();
const Impl& conv2d_depthwise();
/// The same walking down columns of the image: stride 1.
const Impl& conv2d_depthwise_columns();
/// The same of bf16 with dot products of pairs.
const Impl& conv2d_depthwise_pairs();
const Impl& conv2d_few_outputs();
/// Of quantised numbers.
const Impl& conv2d_int8();
const Impl& conv2d_int8_depthwise();
/// F(m x m, ...) for m = 2 to 4, exact.
const Impl& conv2d_int8_winograd(int m);
/// Of planes: lanes run over pixels.
const Impl& conv2d_planes();
const Impl& conv2d_strassen();
/// F(m x m, ...) for m = 2 to 6.
const Impl& conv2d_winograd(int m);
/// The same with weights that are transformed while it runs.
const Impl& conv2d_winograd_lean(int m);

const ImplList& conv2d_impls();

/// The convolution's bias with zeros up to `elems`; all zero when it has none.
Tensor padded_bias(const Problem& problem, int64_t elems);

/// Why none of the generated kernels can compute the convolution; "" when they can.
std::string conv_refusal(const Problem& problem);

}  // namespace convoy
