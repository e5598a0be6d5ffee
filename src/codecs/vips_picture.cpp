#include "codecs/vips_picture.h"

#include "io/files.h"
#include "support/error.h"

namespace convoy {
namespace {

VipsPtr open_with(const char* loader, const std::string& path, VipsAccess access) {
  VipsImage* image = nullptr;
  // A truncated file is otherwise only a warning, and grey below the break.
  if (vips_call(loader, path.c_str(), &image, "access", access, "fail_on", VIPS_FAIL_ON_TRUNCATED, nullptr) != 0) {
    fail_vips();
  }
  return VipsPtr(image);
}

[[noreturn]] void not_a_picture() {
  vips_error_clear();
  invalid_input("is not a picture that can be read (JPEG, PNG, TIFF, WebP, GIF, ...)");
}

/// libvips' loader for the file, by its content.
const char* find_loader(const std::string& path) {
  const char* loader = vips_foreign_find_load(path.c_str());
  if (!loader) not_a_picture();
  const std::string name = loader;
  // Found, but blocked by start_vips: ImageMagick's many formats.
  if (name.find("Magick") != std::string::npos) not_a_picture();
  return loader;
}

VipsPtr flatten_over_white(const VipsPtr& image, double white) {
  const std::unique_ptr<VipsArrayDouble, void (*)(VipsArrayDouble*)> background(
      vips_array_double_new(&white, 1), [](VipsArrayDouble* array) { vips_area_unref(VIPS_AREA(array)); });
  return vips_apply(vips_flatten, image, "background", background.get(), "max_alpha", white);
}

/// Floating point numbers that are grey or RGB as they stand: measurements more often than light.
bool is_real(const VipsPtr& image) {
  const VipsBandFormat format = vips_image_get_format(image.get());
  if (format != VIPS_FORMAT_FLOAT && format != VIPS_FORMAT_DOUBLE) return false;
  switch (vips_image_guess_interpretation(image.get())) {
    case VIPS_INTERPRETATION_B_W:
    case VIPS_INTERPRETATION_GREY16:
    case VIPS_INTERPRETATION_RGB:
    case VIPS_INTERPRETATION_RGB16:
    case VIPS_INTERPRETATION_sRGB:
    case VIPS_INTERPRETATION_scRGB:
    case VIPS_INTERPRETATION_MULTIBAND:
      return true;
    default:
      return false;
  }
}

bool is_wide(const VipsPtr& image) {
  const VipsInterpretation kind = vips_image_guess_interpretation(image.get());
  return kind == VIPS_INTERPRETATION_RGB16 || kind == VIPS_INTERPRETATION_GREY16;
}

/// What is white.
double white_of(Depth depth) {
  return depth == Depth::real ? 1 : depth == Depth::bits16 ? 65535 : 255;
}

}  // namespace

VipsPtr open_image(const std::string& path) {
  start_vips();
  if (FileSource(path).left() == 0) invalid_input("is empty");
  const char* loader = find_loader(path);
  VipsPtr image = open_with(loader, path, VIPS_ACCESS_SEQUENTIAL);
  if (vips_image_get_orientation(image.get()) == 1) return image;
  return vips_apply(vips_autorot, open_with(loader, path, VIPS_ACCESS_RANDOM));
}

ImageSize size_of(const VipsPtr& image) {
  return {vips_image_get_height(image.get()), vips_image_get_width(image.get())};
}

Depth depth_of(const VipsPtr& image) {
  if (is_real(image)) return Depth::real;
  return is_wide(image) ? Depth::bits16 : Depth::bits8;
}

VipsPtr to_pixels(VipsPtr image) {
  const Depth depth = depth_of(image);
  const VipsInterpretation kind = vips_image_guess_interpretation(image.get());
  const bool plain = depth != Depth::bits8 || kind == VIPS_INTERPRETATION_sRGB || kind == VIPS_INTERPRETATION_B_W;
  const double white = white_of(depth);
  if (!plain) image = vips_apply(vips_colourspace, image, VIPS_INTERPRETATION_sRGB);
  if (vips_image_hasalpha(image.get())) image = flatten_over_white(image, white);
  const int bands = vips_image_get_bands(image.get());
  if (bands != 1 && bands != 3) invalid_input("has {} channels; grey or RGB is expected", bands);
  image = vips_apply(vips_cast, image, VIPS_FORMAT_FLOAT);
  return white == 255 ? std::move(image) : vips_apply(vips_linear1, image, 255.0 / white, 0.0);
}

}  // namespace convoy
