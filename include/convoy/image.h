// Networks from image to image on images of megapixels: denoising, super-resolution, segmentation by a UNet. The image
// goes through the network strip by strip of rows; every layer keeps the rows that it reads again, so that nothing is
// computed twice, results are those of the whole image, and memory holds some strips instead of all layers' images.
//
//   auto network = convoy::compile_image("denoise.onnx", {.compile = {.shapes = {{"x", {1, 3, 4000, 6000}}}}});
//   convoy::Status status = network->run(convoy::image_of(image), convoy::image_of(result));
#pragma once

#include <convoy/program.h>

#include <functional>

namespace convoy {

/// f32 pixels in the caller's memory; strides in elements.
struct ImageView {
  float* data = nullptr;
  int64_t channels = 1, height = 0, width = 0;
  int64_t channel_stride = 0, row_stride = 0, pixel_stride = 1;
};

/// The view of a tensor of 1 x channels x height x width. Throws nothing; the view of any other tensor is empty.
ImageView image_of(const Tensor& tensor);

/// An image that comes and goes in rows, from top to bottom, so that it need not be in memory. What these functions
/// throw ends the run, and becomes its Status.
struct RowStream {
  /// Puts rows [first, first + rows) of the image to planes + channel * plane_stride + row * width. Each row is asked
  /// for at most once, by one thread, in ascending order.
  std::function<void(int64_t first, int64_t rows, float* planes, int64_t plane_stride)> read;
  /// Takes rows of the result, laid out likewise: all of them in ascending order, from one thread.
  std::function<void(int64_t first, int64_t rows, const float* planes, int64_t plane_stride)> write;
};

/// Told, by one thread at a time, how much of how much is done.
using Progress = std::function<void(int64_t done, int64_t all)>;

struct ImageOptions {
  CompileOptions compile;
  /// Rows of the image that are computed at once; 0: chosen. All of them are where strips are estimated to be clearly
  /// slower, the image at once takes at most a quarter of the memory, and `compile` sets no limit to it.
  int64_t strip_rows = 0;
  /// Of the image, if that is known: a network that takes another size is unsupported, which saves compiling it.
  int64_t height = 0, width = 0;
};

struct ImageInfo {
  std::string input, output;  ///< the network's names
  int64_t channels = 1, height = 0, width = 0;
  int64_t out_channels = 1, out_height = 0, out_width = 0;
  int64_t strip_rows = 0;  ///< rows of the image that are computed at once
  int threads = 1;
  int64_t macs = 0;  ///< multiply-adds for the whole image
};

namespace detail {
struct ImageData;
}

/// Cheap to copy; copies share everything. Safe to use from several threads.
class ImageProgram {
 public:
  explicit ImageProgram(std::shared_ptr<const detail::ImageData> data) : data_(std::move(data)) {}

  const ImageInfo& info() const;
  /// The program for a strip in the middle of the image: its first input and output are the image's, others what strips
  /// hand on.
  const Program& strip_program() const;
  /// Computes `result`, both of the sizes that info() says.
  Status run(const ImageView& image, const ImageView& result, const Progress& progress = nullptr) const;
  Status run(const RowStream& rows, const Progress& progress = nullptr) const;

 private:
  std::shared_ptr<const detail::ImageData> data_;
};

/// Reads, checks and compiles a network of one image as input and one as output. ErrorKind::unsupported when its rows
/// cannot be computed strip by strip; the message says why.
Result<ImageProgram> compile_image(const std::string& model_path, const ImageOptions& options = {});

}  // namespace convoy
