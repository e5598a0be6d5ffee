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

void check_image_name(const std::string& path) {
  if (!is_image_name(path)) usage_error("{}: pictures are written as .png, .jpg, .webp or .tif", path);
}

}  // namespace

ImageSize image_size(const std::string& path) {
  return codec().size(path);
}

LoadedImage load_image(const std::string& path, std::optional<ImageSize> size, Fit fit) {
  return codec().load(path, size, fit);
}

std::unique_ptr<PictureReader> open_picture(const std::string& path) {
  return codec().open(path);
}

void check_depth(const std::string& path, Depth depth) {
  const std::string format = extension(path);
  const bool tiff = format == ".tif" || format == ".tiff", png = format == ".png";
  if (depth == Depth::bits16 && !tiff && !png) usage_error("{}: only .png and .tif files hold 16 bits", path);
  if (depth == Depth::real && !tiff) usage_error("{}: only .tif files hold floating point numbers", path);
}

std::unique_ptr<PictureWriter> create_picture(const std::string& path, ImageSize size, int64_t channels, Depth depth) {
  check_image_name(path);
  check_depth(path, depth);
  return codec().create(path, size, channels, depth);
}

Tensor resize_image(const Tensor& pixels, ImageSize size) {
  return codec().resize(pixels, size);
}

bool is_image_name(const std::string& path) {
  return std::find(std::begin(kWritten), std::end(kWritten), extension(path)) != std::end(kWritten);
}

void write_image(const std::string& path, const Tensor& pixels) {
  check_image_name(path);
  codec().write(path, pixels);
}

}  // namespace convoy
