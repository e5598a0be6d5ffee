// The codec that io/image.cpp loads: all of libvips, and nothing else of Convoy but files and tensors.
#include <algorithm>
#include <cmath>
#include <vector>

#include "codecs/vips.h"
#include "io/files.h"
#include "io/image_codec.h"
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

/// Upright. Only a picture that must be turned is decoded whole; others are streamed.
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

VipsPtr flatten_over_white(const VipsPtr& image, double white) {
  const std::unique_ptr<VipsArrayDouble, void (*)(VipsArrayDouble*)> background(
      vips_array_double_new(&white, 1), [](VipsArrayDouble* array) { vips_area_unref(VIPS_AREA(array)); });
  return vips_apply(vips_flatten, image, "background", background.get(), "max_alpha", white);
}

/// f32 RGB, 0..255.
VipsPtr to_rgb(VipsPtr image) {
  const VipsInterpretation kind = vips_image_guess_interpretation(image.get());
  const bool wide = kind == VIPS_INTERPRETATION_RGB16 || kind == VIPS_INTERPRETATION_GREY16;
  const bool plain = wide || kind == VIPS_INTERPRETATION_sRGB || kind == VIPS_INTERPRETATION_B_W;
  const double white = wide ? 65535 : 255;
  if (!plain) image = vips_apply(vips_colourspace, image, VIPS_INTERPRETATION_sRGB);
  if (vips_image_hasalpha(image.get())) image = flatten_over_white(image, white);
  const int bands = vips_image_get_bands(image.get());
  if (bands != 1 && bands != 3) invalid_input("has {} channels; grey or RGB is expected", bands);
  image = vips_apply(vips_cast, image, VIPS_FORMAT_FLOAT);
  if (wide) image = vips_apply(vips_linear1, image, 255.0 / white, 0.0);
  if (bands == 3) return image;
  VipsImage* copies[] = {image.get(), image.get(), image.get()};
  VipsImage* out = nullptr;
  if (vips_bandjoin(copies, &out, 3, nullptr) != 0) fail_vips();
  return VipsPtr(out);
}

/// The largest centred part with the proportions of `wanted`.
ImageRect central_part(ImageSize from, ImageSize wanted) {
  const double scale =
      std::min(static_cast<double>(from.width) / wanted.width, static_cast<double>(from.height) / wanted.height);
  ImageRect part;
  part.width = std::clamp<int64_t>(std::lround(wanted.width * scale), 1, from.width);
  part.height = std::clamp<int64_t>(std::lround(wanted.height * scale), 1, from.height);
  part.left = (from.width - part.width) / 2;
  part.top = (from.height - part.height) / 2;
  return part;
}

/// Shrinks by the triangle filter. gap 0: the filter does all of it, instead of a box filter most.
VipsPtr shrink(const VipsPtr& image, double x_scale, double y_scale) {
  return vips_apply(vips_resize, image, x_scale, "vscale", y_scale, "kernel", VIPS_KERNEL_LINEAR, "gap", 0.0);
}

/// Enlarges bilinearly. vips_resize would place pixel x at x/scale - 1/2, half an output pixel off.
VipsPtr enlarge(const VipsPtr& image, double x_scale, double y_scale, ImageSize wanted) {
  const std::unique_ptr<VipsInterpolate, void (*)(void*)> bilinear(vips_interpolate_new("bilinear"), &g_object_unref);
  const int area[] = {0, 0, static_cast<int>(wanted.width), static_cast<int>(wanted.height)};
  const std::unique_ptr<VipsArrayInt, void (*)(VipsArrayInt*)> output_area(
      vips_array_int_new(area, 4), [](VipsArrayInt* array) { vips_area_unref(VIPS_AREA(array)); });
  return vips_apply(vips_affine, image, x_scale, 0.0, 0.0, y_scale, "interpolate", bilinear.get(), "oarea",
                    output_area.get(), "idx", 0.5 - 0.5 / x_scale, "idy", 0.5 - 0.5 / y_scale, "extend",
                    VIPS_EXTEND_COPY, "premultiplied", TRUE);
}

VipsPtr scale_to(VipsPtr image, ImageSize wanted) {
  const ImageSize from = size_of(image);
  const double x_scale = static_cast<double>(wanted.width) / from.width;
  const double y_scale = static_cast<double>(wanted.height) / from.height;
  if (x_scale < 1 || y_scale < 1) image = shrink(image, std::min(x_scale, 1.0), std::min(y_scale, 1.0));
  if (x_scale > 1 || y_scale > 1) image = enlarge(image, std::max(x_scale, 1.0), std::max(y_scale, 1.0), wanted);
  const ImageSize got = size_of(image);
  if (got != wanted) internal_error("libvips scaled to {} instead of {}", got.str(), wanted.str());
  return image;
}

/// The pixels of a float image as a tensor.
Tensor pixels_of(const VipsPtr& image) {
  const ImageSize size = size_of(image);
  size_t bytes = 0;
  void* memory = vips_image_write_to_memory(image.get(), &bytes);
  if (!memory) fail_vips();
  std::shared_ptr<void> owner(memory, &g_free);
  return Tensor({DType::f32, Shape{size.height, size.width, vips_image_get_bands(image.get())}}, std::move(owner));
}

/// Refers to the tensor's memory.
VipsPtr image_over(const void* data, VipsBandFormat format, const Shape& shape) {
  start_vips();
  const size_t bytes = shape.elems() * vips_format_sizeof(format);
  VipsPtr image(vips_image_new_from_memory(data, bytes, shape[1], shape[0], shape[2], format));
  if (!image) fail_vips();
  return vips_apply(vips_copy, image, "interpretation",
                    shape[2] == 1 ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB);
}

std::vector<uint8_t> to_bytes(const Tensor& pixels) {
  std::vector<uint8_t> bytes(pixels.elems());
  std::transform(pixels.as<float>(), pixels.as<float>() + pixels.elems(), bytes.begin(), [](float value) {
    return static_cast<uint8_t>(value > 0 ? std::min(std::nearbyint(value), 255.0f) : 0);  // NaN is black
  });
  return bytes;
}

ImageSize size_in_file(const std::string& path) {
  return with_context(path, [&] { return size_of(open_image(path)); });
}

LoadedImage load(const std::string& path, std::optional<ImageSize> size, Fit fit) {
  return with_context(path, [&] {
    VipsPtr image = open_image(path);
    LoadedImage loaded;
    loaded.original = size_of(image);
    loaded.part = {0, 0, loaded.original.width, loaded.original.height};
    if (size && fit == Fit::none && loaded.original != *size) {
      invalid_input("is {}, the network takes {}", loaded.original.str(), size->str());
    }
    if (size && fit == Fit::crop) {
      loaded.part = central_part(loaded.original, *size);
      const auto [left, top, width, height] = loaded.part;
      image = vips_apply(vips_extract_area, image, static_cast<int>(left), static_cast<int>(top),
                         static_cast<int>(width), static_cast<int>(height));
    }
    image = to_rgb(std::move(image));
    if (size) image = scale_to(std::move(image), *size);
    loaded.pixels = pixels_of(image);
    return loaded;
  });
}

Tensor resize(const Tensor& pixels, ImageSize size) {
  return pixels_of(scale_to(image_over(pixels.data(), VIPS_FORMAT_FLOAT, pixels.shape()), size));
}

void write(const std::string& path, const Tensor& pixels) {
  OutputFile file(path);
  const std::vector<uint8_t> bytes = to_bytes(pixels);
  const std::string suffix = extension(path);
  const std::string format = suffix == ".jpg" || suffix == ".jpeg" ? suffix + "[Q=95]" : suffix;
  with_context(path, [&] {
    const VipsPtr image = image_over(bytes.data(), VIPS_FORMAT_UCHAR, pixels.shape());
    void* encoded = nullptr;
    size_t size = 0;
    if (vips_image_write_to_buffer(image.get(), format.c_str(), &encoded, &size, nullptr) != 0) fail_vips();
    const std::unique_ptr<void, void (*)(void*)> owner(encoded, &g_free);
    file.write(encoded, size);
  });
  file.commit();
}

}  // namespace
}  // namespace convoy

extern "C" const convoy::ImageCodec* convoy_image_codec() {
  static constexpr convoy::ImageCodec codec = {convoy::size_in_file, convoy::load, convoy::resize, convoy::write};
  return &codec;
}
