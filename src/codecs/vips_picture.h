// A picture's file as a libvips image of Convoy's pixels.
#pragma once

#include "codecs/vips.h"
#include "io/image.h"

namespace convoy {

/// Upright. Only a picture that must be turned is decoded whole; others are streamed. Throws Error without the path.
VipsPtr open_image(const std::string& path);

ImageSize size_of(const VipsPtr& image);

Depth depth_of(const VipsPtr& image);

/// f32 grey or RGB, 0..255.
VipsPtr to_pixels(VipsPtr image);

}  // namespace convoy
