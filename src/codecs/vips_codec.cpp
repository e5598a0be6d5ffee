// The codec that io/image.cpp loads: all of libvips, and nothing else of Convoy but files and tensors.
#include <algorithm>
#include <cmath>
#include <vector>

#include "codecs/vips_picture.h"
#include "codecs/vips_rows.h"
#include "io/files.h"
#include "io/image_codec.h"
#include "support/error.h"

namespace convoy {
namespace {

/// f32 RGB, 0..255.
VipsPtr to_rgb(VipsPtr image) {
  image = to_pixels(std::move(image));
  if (vips_image_get_bands(image.get()) == 3) return image;
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
  const Shape& shape = pixels.shape();
  const auto writer = create_picture_rows(path, {shape[0], shape[1]}, shape[2], Depth::bits8);
  Tensor bytes(DType::u8, shape);
  encode_pixels(Depth::bits8, pixels.as<float>(), shape.elems(), bytes.as<uint8_t>());
  writer->write(shape[0], bytes.data());
  writer->commit();
}

}  // namespace
}  // namespace convoy

extern "C" const convoy::ImageCodec* convoy_image_codec() {
  static constexpr convoy::ImageCodec codec = {
      convoy::size_in_file,       convoy::load, convoy::resize, convoy::write, convoy::open_picture_rows,
      convoy::create_picture_rows};
  return &codec;
}
