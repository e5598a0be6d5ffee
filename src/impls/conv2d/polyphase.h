// A strided convolution as one of stride 1 over the phases of its input. Phase (p_h, p_w) has every stride-th row and
// column of the input, from row p_h and column p_w on; what a window of the strided convolution reads of a phase is a
// smaller window of its own:
//
//   sum over t of w[t] x[o*s + base + t]  =  sum over p, q of w'[p][q] x_p[o + base' + q],
//   where base + t = s * (base' + q) + p, and w' is zero where there is no such t.
//
// So Winograd's algorithm has something to save: F(6, 2) over the four phases of a 3x3 window with stride 2 takes 5.4
// multiplications for an output instead of 9.
#pragma once

#include "impls/conv2d/geometry.h"

namespace convoy {

/// The same convolution with stride 1: channels count those of all phases, (p_h * s_w + p_w) * ic + c. Strides of src
/// keep their meaning for the input as it is. `g` has no groups and no dilation.
ConvGeometry polyphase(const ConvGeometry& g);

/// `weights`: O, I, taps of the strided convolution `g`; the result: O, phases * I, taps of polyphase(g).
Tensor polyphase_weights(const ConvGeometry& g, const Tensor& weights);

/// The phases side by side in one tensor: N, C of polyphase(g), rows and columns of phase (0, 0), channels last, zeros
/// where other phases have fewer.
TensorView polyphase_view(const ConvGeometry& g);
/// The copies that make it. `dst` is the argument for the tensor, `src` that for the input, which lies as g.src says.
std::vector<StepSpec> polyphase_copies(const ConvGeometry& g, const StepArg& src, const StepArg& dst,
                                       const Target& target);
/// On all of the target's threads.
double polyphase_copies_ns(const ConvGeometry& g, const Target& target);

}  // namespace convoy
