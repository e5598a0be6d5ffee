// Every way to compute the index of the largest or smallest element along an axis.
#pragma once

#include "impls/impl.h"

namespace convoy {

/// Vectors run along a kept axis: classes of the pixels of an NCHW tensor.
const Impl& arg_reduce_lanes();
/// Vectors run along the reduced axis: classes of the pixels of an NHWC tensor, or of a batch.
const Impl& arg_reduce_innermost();

const ImplList& arg_reduce_impls();

}  // namespace convoy
