// Pictures read and written in rows: io/image.h's PictureReader and PictureWriter.
#pragma once

#include "io/image.h"

namespace convoy {

std::unique_ptr<PictureReader> open_picture_rows(const std::string& path);
std::unique_ptr<PictureWriter> create_picture_rows(const std::string& path, ImageSize size, int64_t channels,
                                                   Depth depth);

}  // namespace convoy
