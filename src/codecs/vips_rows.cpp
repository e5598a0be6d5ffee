#include "codecs/vips_rows.h"

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <thread>

#include "codecs/vips_picture.h"
#include "io/files.h"
#include "support/error.h"

namespace convoy {
namespace {

class VipsReader : public PictureReader {
 public:
  explicit VipsReader(const std::string& path) : path_(path) {
    with_context(path_, [&] {
      VipsPtr image = open_image(path);
      depth = depth_of(image);
      image_ = to_pixels(std::move(image));
      size = size_of(image_);
      channels = vips_image_get_bands(image_.get());
    });
  }

  void read(int64_t first, int64_t rows, float* pixels) override {
    constexpr int64_t kAtOnce = 16;
    if (!region_) region_.reset(vips_region_new(image_.get()));  // belongs to the thread that makes it
    const int64_t row_elems = size.width * channels;
    for (int64_t row = first; row < first + rows; row += kAtOnce) {
      const int64_t count = std::min(kAtOnce, first + rows - row);
      const VipsRect area = {0, static_cast<int>(row), static_cast<int>(size.width), static_cast<int>(count)};
      with_context(path_, [&] {
        if (vips_region_prepare(region_.get(), &area) != 0) fail_vips();
      });
      for (int64_t r = 0; r < count; ++r, pixels += row_elems) {
        std::memcpy(pixels, VIPS_REGION_ADDR(region_.get(), 0, static_cast<int>(row + r)), row_elems * sizeof(float));
      }
    }
  }

 private:
  struct UnrefRegion {
    void operator()(VipsRegion* region) const { g_object_unref(region); }
  };

  const std::string path_;
  VipsPtr image_;
  std::unique_ptr<VipsRegion, UnrefRegion> region_;
};

/// libvips' savers pull pixels, so one runs on a thread of its own and waits for the rows that write() brings.
class VipsWriter : public PictureWriter {
 public:
  VipsWriter(const std::string& path, ImageSize size, int64_t channels, Depth depth)
      : file_(path), size_(size), channels_(channels), depth_(depth) {
    start_vips();
    image_.reset(vips_image_new());
    vips_image_init_fields(image_.get(), static_cast<int>(size.width), static_cast<int>(size.height),
                           static_cast<int>(channels), band_format(), VIPS_CODING_NONE, interpretation(), 1, 1);
    if (vips_image_pipelinev(image_.get(), VIPS_DEMAND_STYLE_THINSTRIP, nullptr) != 0 ||
        vips_image_generate(image_.get(), nullptr, &generate, nullptr, this, nullptr) != 0) {
      fail_vips();
    }
    saver_ = std::thread([this] { save(); });
  }

  ~VipsWriter() override {
    {
      const std::lock_guard lock(mutex_);
      cancelled_ = true;
      changed_.notify_all();
    }
    if (saver_.joinable()) saver_.join();
  }

  void write(int64_t rows, const void* pixels) override {
    std::unique_lock lock(mutex_);
    pixels_ = static_cast<const char*>(pixels);
    first_ = end_;
    end_ += rows;
    left_ = rows * size_.width;
    changed_.notify_all();
    changed_.wait(lock, [&] { return left_ == 0 || saved_; });
    if (left_ > 0) fail();
  }

  void commit() override {
    if (end_ < size_.height) internal_error("{}: only {} of {} rows were written", file_.path(), end_, size_.height);
    saver_.join();
    if (!failure_.empty()) fail();
    file_.commit();
  }

 private:
  VipsBandFormat band_format() const {
    if (depth_ == Depth::real) return VIPS_FORMAT_FLOAT;
    return depth_ == Depth::bits16 ? VIPS_FORMAT_USHORT : VIPS_FORMAT_UCHAR;
  }

  VipsInterpretation interpretation() const {
    if (depth_ == Depth::bits16) return channels_ == 1 ? VIPS_INTERPRETATION_GREY16 : VIPS_INTERPRETATION_RGB16;
    return channels_ == 1 ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB;
  }

  /// The saver goes by the name that the file will have: the one it is written to may be a device.
  int save_picture() const {
    const char* saver = vips_foreign_find_save(file_.path().c_str());
    if (!saver) return -1;
    const char* name = file_.name().c_str();
    const std::string format = extension(file_.path());
    if (format == ".jpg" || format == ".jpeg") return vips_call(saver, image_.get(), name, "Q", 95, nullptr);
    if (!format.starts_with(".tif")) return vips_call(saver, image_.get(), name, nullptr);
    constexpr double kLargestTiff = 3.9e9;
    const double bytes =
        static_cast<double>(size_.width * size_.height * channels_) * vips_format_sizeof(band_format());
    return vips_call(saver, image_.get(), name, "bigtiff", bytes > kLargestTiff, nullptr);
  }

  void save() {
    const int result = save_picture();
    const std::lock_guard lock(mutex_);
    if (result != 0) {
      failure_ = vips_error_buffer();
      failure_ = failure_.substr(0, failure_.find('\n'));
      vips_error_clear();
    }
    saved_ = true;
    changed_.notify_all();
  }

  [[noreturn]] void fail() const {
    invalid_input("{}: cannot be written: {}", file_.path(), failure_.empty() ? "unknown reason" : failure_);
  }

  static int generate(VipsRegion* out, void*, void* writer, void*, gboolean*) {
    return static_cast<VipsWriter*>(writer)->fill(out);
  }

  /// Fills an area of the picture, waiting for its rows. Called by several of libvips' threads, for each pixel once.
  int fill(VipsRegion* out) {
    const VipsRect& area = out->valid;
    const int64_t pixel_bytes = channels_ * static_cast<int64_t>(vips_format_sizeof(band_format()));
    for (int64_t row = area.top; row < area.top + area.height;) {
      const char* pixels = nullptr;
      int64_t first = 0, end = 0;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return row < end_ || cancelled_; });
        if (cancelled_ || row < first_) return -1;
        pixels = pixels_, first = first_, end = std::min<int64_t>(end_, area.top + area.height);
      }
      const int64_t rows = end - row;
      for (; row < end; ++row) {
        std::memcpy(VIPS_REGION_ADDR(out, area.left, static_cast<int>(row)),
                    pixels + ((row - first) * size_.width + area.left) * pixel_bytes, area.width * pixel_bytes);
      }
      const std::lock_guard lock(mutex_);
      left_ -= rows * area.width;
      if (left_ == 0) changed_.notify_all();
    }
    return 0;
  }

  PendingFile file_;
  const ImageSize size_;
  const int64_t channels_;
  const Depth depth_;
  VipsPtr image_;
  std::thread saver_;

  std::mutex mutex_;
  std::condition_variable changed_;
  const char* pixels_ = nullptr;  ///< of the rows [first_, end_)
  int64_t first_ = 0, end_ = 0;
  int64_t left_ = 0;  ///< of their pixels, not yet taken
  bool cancelled_ = false, saved_ = false;
  std::string failure_;
};

}  // namespace

std::unique_ptr<PictureReader> open_picture_rows(const std::string& path) {
  return std::make_unique<VipsReader>(path);
}

std::unique_ptr<PictureWriter> create_picture_rows(const std::string& path, ImageSize size, int64_t channels,
                                                   Depth depth) {
  return std::make_unique<VipsWriter>(path, size, channels, depth);
}

}  // namespace convoy
