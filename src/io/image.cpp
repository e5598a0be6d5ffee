#include "io/image.h"

#include <dlfcn.h>

#include <algorithm>

#include "io/files.h"
#include "io/image_codec.h"
#include "support/error.h"

namespace convoy {
namespace {

constexpr const char* kWritten[] = {".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff"};

/// Found beside the program's own libraries (its RUNPATH). Never unloaded: libvips keeps threads.
const ImageCodec& load_codec() {
  void* library = dlopen(CONVOY_IMAGE_CODEC, RTLD_NOW | RTLD_LOCAL);
  if (!library) unsupported("pictures cannot be read or written: {}", dlerror());
  const auto entry = reinterpret_cast<decltype(&convoy_image_codec)>(dlsym(library, "convoy_image_codec"));
  if (!entry) unsupported("pictures cannot be read or written: {}", dlerror());
  return *entry();
}

const ImageCodec& codec() {
  static const ImageCodec& loaded = load_codec();
  return loaded;
}

}  // namespace

ImageSize image_size(const std::string& path) {
  return codec().size(path);
}

LoadedImage load_image(const std::string& path, std::optional<ImageSize> size, Fit fit) {
  return codec().load(path, size, fit);
}

Tensor resize_image(const Tensor& pixels, ImageSize size) {
  return codec().resize(pixels, size);
}

bool is_image_name(const std::string& path) {
  return std::find(std::begin(kWritten), std::end(kWritten), extension(path)) != std::end(kWritten);
}

void write_image(const std::string& path, const Tensor& pixels) {
  if (!is_image_name(path)) usage_error("{}: pictures are written as .png, .jpg, .webp or .tif", path);
  codec().write(path, pixels);
}

}  // namespace convoy
