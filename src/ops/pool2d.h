// What the type rules of the 2-D pools share.
#pragma once

#include "ops/window2d.h"

namespace convoy {

/// Shape of dst for src N,C,H,W; throws Error when the window does not fit. Pads are smaller than the
/// kernel's span: a window never lies wholly in the padding.
Shape pooled_shape(const TensorType& src, const std::vector<int64_t>& kernel, const Window2d& window, bool ceil_mode);

/// Taps within src of all windows, at most: Op::reference_steps of a pool.
int64_t pooling_steps(const TensorType& src, const std::vector<int64_t>& kernel, const TensorType& dst);

}  // namespace convoy
