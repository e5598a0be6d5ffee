// What reads, scales and writes pictures: a library of its own, loaded when the first picture is met. libvips brings
// some 80 libraries along, which would cost every start of the program 40 ms and 20 MB.
#pragma once

#include "io/image.h"

namespace convoy {

/// The functions of io/image.h.
struct ImageCodec {
  ImageSize (*size)(const std::string& path);
  LoadedImage (*load)(const std::string& path, std::optional<ImageSize> size, Fit fit);
  Tensor (*resize)(const Tensor& pixels, ImageSize size);
  void (*write)(const std::string& path, const Tensor& pixels);
  std::unique_ptr<PictureReader> (*open)(const std::string& path);
  std::unique_ptr<PictureWriter> (*create)(const std::string& path, ImageSize size, int64_t channels, Depth depth);
};

}  // namespace convoy

/// The library's one entry.
extern "C" const convoy::ImageCodec* convoy_image_codec();
