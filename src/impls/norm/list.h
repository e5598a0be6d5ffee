// Every way to compute the normalisations.
#pragma once

#include "impls/impl.h"

namespace convoy {

const ImplList& group_norm_impls();
const ImplList& instance_norm_impls();
const ImplList& layer_norm_impls();
const ImplList& lrn_impls();

}  // namespace convoy
