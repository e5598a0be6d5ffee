// Every way to compute a conv_transpose2d.
#pragma once

#include "impls/impl.h"

namespace convoy {

const Impl& conv_transpose2d_phases();
const Impl& conv_transpose2d_few_outputs();
const Impl& conv_transpose2d_int8();
/// F(m x m, ...) for m = 2 to 6.
const Impl& conv_transpose2d_winograd(int m);
const ImplList& conv_transpose2d_impls();

}  // namespace convoy
