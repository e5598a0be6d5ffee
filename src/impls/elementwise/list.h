// Every way to compute a group that consists of elementwise operators alone.
#pragma once

#include "impls/impl.h"

namespace convoy {

const Impl& elementwise();

/// For unary and binary operators of every kind.
const ImplList& elementwise_impls();

}  // namespace convoy
