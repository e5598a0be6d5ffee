// Pictures in and out, through libvips: JPEG, PNG, TIFF, WebP and what else it trusts itself to read.
//
// Pixels are f32, H x W x 3, RGB, 0..255 (16-bit pictures keep their fraction), turned upright by their
// EXIF orientation. Transparent pixels are laid over white. Reading, cropping and resizing are one streamed
// operation: a large picture is never held whole when a small one is asked for.
#pragma once

#include <convoy/tensor.h>

#include <memory>
#include <optional>
#include <string>

namespace convoy {

struct ImageSize {
  int64_t height = 0, width = 0;
  std::string str() const {
    return std::to_string(width) + "x" + std::to_string(height);
  }  ///< "512x341": width first, as people say it
  bool operator==(const ImageSize&) const = default;
};

struct ImageRect {
  int64_t left = 0, top = 0, width = 0, height = 0;
};

/// How a picture is brought to another size.
enum class Fit {
  crop,     ///< the largest centred part of the right shape is scaled: nothing is distorted, edges are lost
  stretch,  ///< scaled as a whole, the sides by different factors
  none,     ///< an error unless it has the size already
};

struct LoadedImage {
  Tensor pixels;
  ImageSize original;
  ImageRect part;  ///< the part of the original that the pixels show
};

/// How a picture's file holds its values: u8, u16, or f32 0..1. Elsewhere they are f32 0..255.
enum class Depth { bits8, bits16, real };

DType dtype_of(Depth depth);

/// From f32 0..255 to what a file holds. Integers are rounded and clamped; NaN is black.
void encode_pixels(Depth depth, const float* pixels, int64_t count, void* out);

/// A picture that is read from top to bottom, upright; it is not held in memory unless it must be turned.
class PictureReader {
 public:
  virtual ~PictureReader() = default;
  ImageSize size;
  int64_t channels = 3;  ///< 1: grey
  Depth depth = Depth::bits8;
  /// Rows [first, first + rows) as f32 rows x width x channels. Rows come in ascending order, from one thread; some may
  /// be left out.
  /// Throws Error.
  virtual void read(int64_t first, int64_t rows, float* pixels) = 0;
};

/// A picture that is written from top to bottom: to a temporary name, which is removed with the object unless commit()
/// gives the picture its own.
class PictureWriter {
 public:
  virtual ~PictureWriter() = default;
  /// The next rows, rows x width x channels as encode_pixels() makes them. Throws Error.
  virtual void write(int64_t rows, const void* pixels) = 0;
  /// To be called behind the last row.
  virtual void commit() = 0;
};

/// Throws Error where files of this name cannot hold such values.
void check_depth(const std::string& path, Depth depth);

std::unique_ptr<PictureReader> open_picture(const std::string& path);
/// The format is what the name ends in; JPEG and WebP hold 8 bits, PNG up to 16, TIFF all. Throws Error.
std::unique_ptr<PictureWriter> create_picture(const std::string& path, ImageSize size, int64_t channels, Depth depth);

/// Size of the picture when upright, from its header alone. Throws Error: "cat.png: ...".
ImageSize image_size(const std::string& path);

/// Reads a picture and brings it to `size`, if given, by an antialiased linear filter. A truncated or
/// damaged file is an error.
LoadedImage load_image(const std::string& path, std::optional<ImageSize> size = {}, Fit fit = Fit::crop);

/// f32 H x W x C to another size, by the same filter; each channel by itself.
Tensor resize_image(const Tensor& pixels, ImageSize size);

/// True for the file names that write_image takes: .png .jpg .jpeg .webp .tif .tiff.
bool is_image_name(const std::string& path);

/// Writes f32 H x W x 1 or 3, rounded and clamped to 0..255, in the format that the name ends in, to a
/// temporary name, and renames.
void write_image(const std::string& path, const Tensor& pixels);

}  // namespace convoy
