// Transposed convolution as one direct convolution per sub-pixel phase.
//
// With stride s, the output rows o = s*q + p of phase p read only the taps k for which p + pad - k*dilation is
// a multiple of s, at input row i = q + (p + pad - k*dilation) / s: a convolution of stride 1 whose window is
// those taps, and whose output pixels lie s apart. No multiplication by inserted zeros takes place.
#pragma once

#include "impls/conv2d/direct_kernel.h"
#include "ops/conv_transpose2d.h"

namespace convoy {

/// One axis of one phase: its window, and which taps of the kernel the window's taps are.
struct PhaseAxis {
  WindowAxis window;
  std::vector<int64_t> taps;  ///< ascending by input index
};

struct Phase {
  PhaseAxis h, w;
  ConvGeometry geometry;
  int64_t py = 0, px = 0;
  int64_t dst_offset = 0;  ///< of its first pixel, in elements
  OutputIndex output;      ///< where its pixels lie in the group's output
};

/// Why a transposed convolution is not divided into phases; "" when it can be.
std::string phases_refusal(const Problem& problem);
std::vector<Phase> make_phases(const Problem& problem);

/// The phase's part of the model's weights: I, O/group, KH, KW.
WeightSource phase_weights(const Problem& problem, const Phase& phase);

/// A step for each phase, named after it.
Lowered lower_phases(const Problem& problem, const std::function<StepSpec(const Phase&)>& lower);

}  // namespace convoy
