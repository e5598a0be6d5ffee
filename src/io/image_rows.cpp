#include "io/image_rows.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "io/convert.h"
#include "io/files.h"
#include "io/npy.h"
#include "support/dtypes.h"
#include "support/error.h"

namespace convoy {
namespace {

/// Rows that are converted at once.
constexpr int64_t kAtOnce = 16;

class ArrayRows : public ImageRows {
 public:
  explicit ArrayRows(const std::string& path) : path_(path), file_(path) {
    const NpyHeader header = read_npy_header(file_);
    begin_ = file_.position();
    dtype_ = header.type.dtype;
    const Shape& shape = header.type.shape;
    const int rank = shape.rank();
    if (rank < 2 || rank > 4 || (rank == 4 && shape[0] != 1) || shape.elems() == 0) {
      invalid_input("holds {}, no image: HxW, CxHxW or 1xCxHxW is needed", header.type.str());
    }
    channels = rank == 2 ? 1 : shape[rank - 3];
    size = {shape[rank - 2], shape[rank - 1]};
    if (!converts_exactly(dtype_, DType::f32)) {
      invalid_input("holds {}; convert it to f32 first, it would lose precision", header.type.str());
    }
    if (header.fortran_order) whole_ = convert(read_npy(path), DType::f32);
  }

  void read(int64_t first, int64_t rows, float* planes, int64_t plane_stride) override {
    for (int64_t c = 0; c < channels; ++c) {
      with_context(path_, [&] { read_plane(c, first, rows, planes + c * plane_stride); });
    }
  }

 private:
  void read_plane(int64_t c, int64_t first, int64_t rows, float* plane) {
    const int64_t elems = rows * size.width, from = (c * size.height + first) * size.width;
    if (!whole_.empty()) {
      std::copy_n(whole_.as<float>() + from, elems, plane);
      return;
    }
    file_.seek(begin_ + from * size_of(dtype_));
    if (dtype_ == DType::f32) return file_.read(plane, elems * size_of(dtype_));
    const Tensor part(dtype_, Shape{elems});
    file_.read(const_cast<void*>(part.data()), part.bytes());
    std::copy_n(convert(part, DType::f32).as<float>(), elems, plane);
  }

  const std::string path_;
  FileSource file_;
  int64_t begin_ = 0;  ///< of the array in the file
  DType dtype_ = DType::f32;
  Tensor whole_;  ///< where the file's order is another
};

class PictureRows : public ImageRows {
 public:
  PictureRows(std::unique_ptr<PictureReader> picture, const Preprocess& preprocess)
      : picture_(std::move(picture)), preprocess_(preprocess) {
    size = picture_->size;
    channels = preprocess.channels == ChannelOrder::grey ? 1 : 3;
    pixels_.resize(kAtOnce * size.width * picture_->channels);
  }

  void read(int64_t first, int64_t rows, float* planes, int64_t plane_stride) override {
    for (int64_t row = 0; row < rows; row += kAtOnce) {
      const int64_t count = std::min(kAtOnce, rows - row);
      picture_->read(first + row, count, pixels_.data());
      for (int64_t c = 0; c < channels; ++c) {
        prepare_channel(preprocess_, c, pixels_.data(), picture_->channels, count * size.width,
                        planes + c * plane_stride + row * size.width);
      }
    }
  }

 private:
  std::unique_ptr<PictureReader> picture_;
  const Preprocess preprocess_;
  std::vector<float> pixels_;
};

/// Smallest and largest of what was written; NaN is neither.
class ValueRange {
 public:
  void add(const float* values, int64_t count) {
    for (int64_t i = 0; i < count; ++i) {
      low_ = values[i] < low_ ? values[i] : low_;
      high_ = values[i] > high_ ? values[i] : high_;
    }
  }
  std::pair<float, float> get() const { return {low_, high_}; }

 private:
  float low_ = std::numeric_limits<float>::infinity(), high_ = -low_;
};

class ArrayWriter : public ImageRowsWriter {
 public:
  ArrayWriter(const std::string& path, int64_t channels, ImageSize size)
      : file_(path), channels_(channels), size_(size) {
    const std::string header = npy_header_bytes({DType::f32, Shape{1, channels, size.height, size.width}});
    begin_ = static_cast<int64_t>(header.size());
    file_.write(header.data(), begin_);
  }

  void write(int64_t rows, const float* planes, int64_t plane_stride) override {
    for (int64_t c = 0; c < channels_; ++c) {
      const float* plane = planes + c * plane_stride;
      const int64_t elems = rows * size_.width, at = (c * size_.height + row_) * size_.width;
      range_.add(plane, elems);
      const auto bytes = static_cast<int64_t>(elems * sizeof(float));
      if (channels_ == 1) {
        file_.write(plane, bytes);  // pipes, too
      } else {
        file_.write_at(begin_ + at * static_cast<int64_t>(sizeof(float)), plane, bytes);
      }
    }
    row_ += rows;
  }

  void commit() override { file_.commit(); }
  std::pair<float, float> range() const override { return range_.get(); }

 private:
  OutputFile file_;
  const int64_t channels_;
  const ImageSize size_;
  int64_t begin_ = 0, row_ = 0;
  ValueRange range_;
};

class PictureRowsWriter : public ImageRowsWriter {
 public:
  PictureRowsWriter(std::unique_ptr<PictureWriter> picture, int64_t channels, int64_t width,
                    const PictureFormat& format)
      : picture_(std::move(picture)), channels_(channels), width_(width), format_(format) {
    pixels_.resize(kAtOnce * width * channels);
    encoded_.resize(pixels_.size() * size_of(dtype_of(format.depth)));
  }

  void write(int64_t rows, const float* planes, int64_t plane_stride) override {
    for (int64_t row = 0; row < rows; row += kAtOnce) {
      const int64_t count = std::min(kAtOnce, rows - row), elems = count * width_;
      for (int64_t c = 0; c < channels_; ++c) {
        const int64_t from = format_.channels == ChannelOrder::bgr && channels_ == 3 ? 2 - c : c;
        add_channel(planes + from * plane_stride + row * width_, elems, pixels_.data() + c);
      }
      encode_pixels(format_.depth, pixels_.data(), elems * channels_, encoded_.data());
      picture_->write(count, encoded_.data());
    }
  }

  void commit() override { picture_->commit(); }
  std::pair<float, float> range() const override { return range_.get(); }

 private:
  void add_channel(const float* values, int64_t count, float* pixels) {
    range_.add(values, count);
    const auto black = static_cast<float>(format_.black);
    const auto scale = static_cast<float>(255 / (format_.white - format_.black));
    for (int64_t i = 0; i < count; ++i) pixels[i * channels_] = (values[i] - black) * scale;
  }

  std::unique_ptr<PictureWriter> picture_;
  const int64_t channels_, width_;
  const PictureFormat format_;
  std::vector<float> pixels_;
  std::vector<char> encoded_;
  ValueRange range_;
};

class PicturePart : public PictureWriter {
 public:
  PicturePart(const std::string& path, ImageSize size, int64_t channels, Depth depth)
      : file_(path), row_bytes_(size.width * channels * size_of(dtype_of(depth))) {
    const std::string header = npy_header_bytes({dtype_of(depth), Shape{size.height, size.width, channels}});
    file_.write(header.data(), static_cast<int64_t>(header.size()));
  }

  void write(int64_t rows, const void* pixels) override { file_.write(pixels, rows * row_bytes_); }
  void commit() override { file_.commit(); }

 private:
  OutputFile file_;
  const int64_t row_bytes_;
};

}  // namespace

std::unique_ptr<ImageRows> array_rows(const std::string& path) {
  return with_context(path, [&] { return std::make_unique<ArrayRows>(path); });
}

std::unique_ptr<ImageRows> picture_rows(std::unique_ptr<PictureReader> picture, const Preprocess& preprocess) {
  return std::make_unique<PictureRows>(std::move(picture), preprocess);
}

std::unique_ptr<ImageRowsWriter> array_writer(const std::string& path, int64_t channels, ImageSize size) {
  return std::make_unique<ArrayWriter>(path, channels, size);
}

std::unique_ptr<ImageRowsWriter> picture_writer(std::unique_ptr<PictureWriter> picture, int64_t channels, int64_t width,
                                                const PictureFormat& format) {
  return std::make_unique<PictureRowsWriter>(std::move(picture), channels, width, format);
}

std::unique_ptr<PictureWriter> create_picture_part(const std::string& path, ImageSize size, int64_t channels,
                                                   Depth depth) {
  return std::make_unique<PicturePart>(path, size, channels, depth);
}

}  // namespace convoy
