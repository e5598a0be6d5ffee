// Every way to compute a matmul.
#pragma once

#include "impls/impl.h"

namespace convoy {

const Impl& matmul_packed();
const Impl& matmul_unpacked();
/// Of quantised numbers.
const Impl& matmul_int8();

const ImplList& matmul_impls();

}  // namespace convoy
