// Every way to compute the operators that only move elements.
#pragma once

#include "impls/impl.h"

namespace convoy {

const Impl& concat_copy();
/// Operators whose elements move by one rule of strides: reshape, depth_to_space, space_to_depth,
/// channel_shuffle, tile.
const Impl& strided_copy();
/// Operators whose axes pick indices one by one: pad, gather with constant indices.
const Impl& mapped_copy();

const ImplList& concat_impls();
const ImplList& strided_copy_impls();
const ImplList& mapped_copy_impls();

}  // namespace convoy
