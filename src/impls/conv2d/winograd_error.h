// How far a Winograd convolution is off, measured: a few tiles of random values, computed in f32 as the kernels do and
// directly in f64.
#pragma once

#include "impls/conv2d/winograd_kernel.h"

namespace convoy {

/// Of the largest error of a layer, relative to its largest result, as far as tiles can tell. With `plain_weights`,
/// weights are transformed in f32, as winograd_lean does. Known figures are kept; safe to call from several threads.
double winograd_error(const WinogradAxis& h, const WinogradAxis& w, bool plain_weights);

}  // namespace convoy
