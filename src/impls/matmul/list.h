// Every way to compute a matmul.
#pragma once

#include "impls/impl.h"

namespace convoy {

const ImplList& matmul_impls();

}  // namespace convoy
