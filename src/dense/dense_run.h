// One image through a DenseProgram: tiles and strips shared by threads.
#pragma once

#include <functional>

#include "dense/dense_data.h"

namespace convoy {

/// Throws Error when image and result do not fit the network.
void run_dense(const detail::DenseData& data, const ImageView& image, const ImageView& result,
               const std::function<void(int64_t done, int64_t tiles)>& progress);

}  // namespace convoy
