// Every way to compute softmax and its logarithm.
#pragma once

#include "impls/impl.h"

namespace convoy {

/// Vectors run along the axis.
const Impl& softmax_along_axis();

/// Vectors run along the rows of an axis of few elements.
const Impl& softmax_tiles();

/// Of bytes, in fixed-point arithmetic.
const Impl& quantized_softmax_rows();

const ImplList& softmax_impls();
const ImplList& quantized_softmax_impls();

}  // namespace convoy
