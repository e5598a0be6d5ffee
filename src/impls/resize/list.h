// Every way to compute a resize.
#pragma once

#include "impls/impl.h"

namespace convoy {

const ImplList& resize_impls();

}  // namespace convoy
