// Every way to compute a conv_transpose2d.
#pragma once

#include "impls/impl.h"

namespace convoy {

const ImplList& conv_transpose2d_impls();

}  // namespace convoy
