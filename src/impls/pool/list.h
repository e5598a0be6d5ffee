// Every way to compute 2-D pools.
#pragma once

#include "impls/impl.h"

namespace convoy {

/// Windows slid over NHWC tensors, vectors over channels.
const Impl& max_pool2d_window();
const Impl& avg_pool2d_window();

const ImplList& max_pool2d_impls();
const ImplList& avg_pool2d_impls();

}  // namespace convoy
