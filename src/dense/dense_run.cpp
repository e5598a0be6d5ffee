#include "dense/dense_run.h"

#include <algorithm>
#include <atomic>
#include <mutex>

#include "dense/tiles.h"
#include "support/error.h"
#include "support/int_math.h"
#include "support/parallel_for.h"

namespace convoy {

namespace {

using detail::DenseData;

/// Rows or columns of patches.
struct PatchRange {
  int64_t begin, end;
};

/// Part `index` of `count` of them, in parts of `size`.
PatchRange part_of(int64_t count, int64_t index, int64_t size) {
  return {index * size, std::min((index + 1) * size, count)};
}

/// One image's worth of work. An item is a tile, or a strip of tiles one below the other.
class DenseRun {
 public:
  DenseRun(const DenseData& data, const ImageView& image, const ImageView& result)
      : data_(data),
        g_(data.geometry),
        tile_(data.tile.tile),
        image_(image),
        result_(result),
        layout_(patch_layout(data.geometry, data.info.border, image.height, image.width)) {
    check();
    items_ = divide_image(layout_.grid, tile_, data.tile.streamed, data.threads());
  }

  void run(const std::function<void(int64_t, int64_t)>& progress) {
    const int64_t items = items_.items();
    const auto workers = static_cast<size_t>(std::min<int64_t>(data_.threads(), items));
    std::atomic<int64_t> next = 0;
    std::mutex mutex;
    int64_t done = 0;
    parallel_for(workers, static_cast<int>(workers), [&](size_t) {
      Context context(data_.tile.program);
      bind_states(context);
      for (int64_t item = next++; item < items; item = next++) {
        compute(context, item / items_.cols, item % items_.cols);
        if (!progress) continue;
        const std::lock_guard lock(mutex);
        progress(++done, items);
      }
    });
  }

 private:
  void check() const {
    if (image_.channels != g_.channels) {
      usage_error("the image has {} channels, the network takes {}", image_.channels, g_.channels);
    }
    if (image_.height < 1 || image_.width < 1) usage_error("the image has no pixels");
    if (layout_.grid.patches() == 0) {
      usage_error("the image of {}x{} is smaller than a patch of {}x{}", image_.width, image_.height, g_.width,
                  g_.height);
    }
    if (result_.channels != g_.out_channels || result_.height != layout_.rows || result_.width != layout_.cols) {
      usage_error("the result is {}x{} with {} channels, not {}x{} with {}", layout_.cols, layout_.rows,
                  g_.out_channels, result_.width, result_.height, result_.channels);
    }
  }

  void bind_states(Context& context) const {
    for (int i = 1; i < static_cast<int>(data_.tile.program.inputs().size()); ++i) {
      if (const Status status = context.bind_state(i, i); !status) internal_error("{}", status.message());
    }
  }

  void compute(Context& context, int64_t row, int64_t col) {
    const PatchRange rows = part_of(layout_.grid.rows, row, items_.patch_rows);
    const PatchRange cols = part_of(layout_.grid.cols, col, tile_.cols);
    // The last tiles begin early enough to end with the image, as far as it is large enough; what they share with
    // those before them is not written again.
    const int64_t first_col = std::max<int64_t>(0, cols.end - tile_.cols);
    if (data_.tile.streamed) return strip(context, rows, cols, first_col);
    const int64_t first_row = std::max<int64_t>(0, rows.end - tile_.rows);
    read(context, first_row * g_.step, first_col);
    context.run();
    write(context, first_row * g_.block, rows, cols, first_col);
  }

  void strip(Context& context, const PatchRange& rows, const PatchRange& cols, int64_t first_col) {
    const int64_t run_rows = tile_.rows * g_.block, delay = data_.tile.delay;
    const int64_t runs = ceil_div((rows.end - rows.begin) * g_.block + delay, run_rows);
    for (int64_t t = 0; t < runs; ++t) {
      read(context, (rows.begin + t * tile_.rows) * g_.step, first_col);
      context.run();
      write(context, rows.begin * g_.block + t * run_rows - delay, rows, cols, first_col);
    }
  }

  /// Fills the context's image from patch column `first_col` and the row `top` of the image with its border on.
  void read(Context& context, int64_t top, int64_t first_col) const {
    Tensor& input = context.input(0);
    read_tile(image_, seen(top - layout_.top, input.shape()[2], image_.height),
              seen(first_col * g_.step - layout_.left, input.shape()[3], image_.width), input.as<float>());
  }

  /// Writes what lies inside of the patches of rows and cols. `top`: row of the result that the context's output begins
  /// with.
  void write(const Context& context, int64_t top, const PatchRange& rows, const PatchRange& cols,
             int64_t first_col) const {
    const Tensor& output = context.output(0);
    const int64_t height = output.shape()[2], width = output.shape()[3], left = first_col * g_.block;
    const int64_t begin = std::max(top, rows.begin * g_.block);
    const int64_t end = std::min({top + height, rows.end * g_.block, layout_.rows});
    const int64_t from = cols.begin * g_.block, to = std::min(cols.end * g_.block, layout_.cols);
    if (begin >= end || from >= to) return;
    write_tile(output.as<float>(), height, width, {begin - top, from - left, end - begin, to - from}, result_, begin,
               from);
  }

  std::vector<int64_t> seen(int64_t begin, int64_t count, int64_t extent) const {
    // Tiles may reach beyond the last patches, where nobody reads their results.
    const Border border = data_.info.border == Border::valid ? Border::replicate : data_.info.border;
    return seen_pixels(begin, count, extent, border);
  }

  const DenseData& data_;
  const PatchGeometry& g_;
  const PatchGrid tile_;
  const ImageView image_, result_;
  const PatchLayout layout_;
  ItemGrid items_;
};

}  // namespace

void run_dense(const DenseData& data, const ImageView& image, const ImageView& result,
               const std::function<void(int64_t, int64_t)>& progress) {
  DenseRun(data, image, result).run(progress);
}

}  // namespace convoy
