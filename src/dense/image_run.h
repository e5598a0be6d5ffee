// One image through an ImageProgram, strip by strip.
#pragma once

#include "dense/image_data.h"

namespace convoy {

/// Throws what `rows` throws.
void run_image_rows(const detail::ImageData& data, const RowStream& rows, const Progress& progress);

}  // namespace convoy
