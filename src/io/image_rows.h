// Images that are read and written in rows, as networks see them: planes of f32, one a channel. From pictures, through
// their preparation, and .npy arrays.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "io/image.h"
#include "io/preprocess.h"

namespace convoy {

class ImageRows {
 public:
  virtual ~ImageRows() = default;
  int64_t channels = 1;
  ImageSize size;
  /// Reads rows [first, first + rows) to planes + channel * plane_stride + row * width; rows come in ascending order,
  /// some may be left out. Throws Error naming the file.
  virtual void read(int64_t first, int64_t rows, float* planes, int64_t plane_stride) = 0;
};

/// A .npy file of HxW, CxHxW or 1xCxHxW.
std::unique_ptr<ImageRows> array_rows(const std::string& path);
std::unique_ptr<ImageRows> picture_rows(std::unique_ptr<PictureReader> picture, const Preprocess& preprocess);

/// Part of an image's rows being written, from top to bottom; its file exists once committed, see PendingFile.
class ImageRowsWriter {
 public:
  virtual ~ImageRowsWriter() = default;
  /// Throws Error naming the file.
  virtual void write(int64_t rows, const float* planes, int64_t plane_stride) = 0;
  /// To be called behind the last row.
  virtual void commit() = 0;
  /// Smallest and largest value so far.
  virtual std::pair<float, float> range() const = 0;
};

/// A .npy file of 1xCxHxW.
std::unique_ptr<ImageRowsWriter> array_writer(const std::string& path, int64_t channels, ImageSize size);

/// How values become a picture.
struct PictureFormat {
  double black = 0, white = 1;
  ChannelOrder channels = ChannelOrder::rgb;
  Depth depth = Depth::bits8;
};
/// Writes to a picture of one channel or three.
std::unique_ptr<ImageRowsWriter> picture_writer(std::unique_ptr<PictureWriter> picture, int64_t channels, int64_t width,
                                                const PictureFormat& format);

/// The rows of a picture as a .npy of HxWxC, as they will stand in the picture's file.
std::unique_ptr<PictureWriter> create_picture_part(const std::string& path, ImageSize size, int64_t channels,
                                                   Depth depth);

}  // namespace convoy
