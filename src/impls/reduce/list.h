// Every way to compute reductions.
#pragma once

#include "impls/impl.h"

namespace convoy {

/// The innermost axis is kept: a vector of results per vector of that axis.
const Impl& reduce_lanes();
/// The innermost axis is reduced: one result from vectors along it.
const Impl& reduce_innermost();

const ImplList& reduce_impls();

}  // namespace convoy
