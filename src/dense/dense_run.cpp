#include "dense/dense_run.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <mutex>

#include "support/error.h"
#include "support/int_math.h"
#include "support/parallel_for.h"

namespace convoy {

namespace {

/// Part `index` of `all`, in parts of `size`.
Span part_of(const Span& all, int64_t index, int64_t size) {
  return {all.begin + index * size, std::min(all.begin + (index + 1) * size, all.end)};
}

void zero(Tensor& tensor) {
  std::memset(tensor.data(), 0, tensor.bytes());
}

}  // namespace

DenseRun::DenseRun(const detail::DenseData& data, int64_t height, int64_t width)
    : data_(data),
      g_(data.geometry),
      tile_(data.tile.tile),
      layout_(patch_layout(data.geometry, data.info.border, height, width)),
      height_(height),
      width_(width) {
  if (height < 1 || width < 1) usage_error("the image has no pixels");
  if (layout_.grid.patches() == 0) {
    usage_error("the image of {}x{} is smaller than a patch of {}x{}", width, height, g_.width, g_.height);
  }
}

ItemGrid DenseRun::divide(const Span& patches) const {
  return divide_image({patches.size(), layout_.grid.cols}, tile_, data_.tile.streamed, data_.threads());
}

Span DenseRun::rows_seen(const Span& patches) const {
  const int64_t rows = (patches.size() - 1) * g_.step + g_.rows_read();
  Span span{height_, 0};
  for (int64_t row : seen_pixels(patches.begin * g_.step - layout_.top, rows, height_, data_.info.border)) {
    if (row < 0) continue;
    span = {std::min(span.begin, row), std::max(span.end, row + 1)};
  }
  return span;
}

Span DenseRun::result_rows(const Span& patches) const {
  return {patches.begin * g_.block, std::min(patches.end * g_.block, layout_.rows)};
}

Context DenseRun::context() const {
  Context context(data_.tile.program);
  for (int i = 1; i < static_cast<int>(data_.tile.program.inputs().size()); ++i) {
    if (const Status status = context.bind_state(i, i); !status) internal_error("{}", status.message());
  }
  return context;
}

void DenseRun::compute(Context& context, const Band& band, int64_t item) const {
  const Span rows = part_of(band.patches, item / band.items.cols, band.items.patch_rows);
  const Span cols = part_of({0, layout_.grid.cols}, item % band.items.cols, tile_.cols);
  // The last tiles begin early enough to end with the band, as far as it is large enough; what they share with
  // those before them is not written again.
  const int64_t first_col = std::max<int64_t>(0, cols.end - tile_.cols);
  if (data_.tile.streamed) return strip(context, band, rows, cols, first_col);
  const int64_t first_row = std::max(band.patches.begin, rows.end - tile_.rows);
  read(context.input(0), band, first_row * g_.step - layout_.top, first_col * g_.step - layout_.left);
  context.run();
  write(context, band, first_row * g_.block, rows, cols, first_col);
}

void DenseRun::strip(Context& context, const Band& band, const Span& rows, const Span& cols, int64_t first_col) const {
  const int64_t run_rows = tile_.rows * g_.block, delay = data_.tile.delay;
  const int64_t runs = ceil_div(rows.size() * g_.block + delay, run_rows);
  // Winograd tiles read rows that do not count, up to rounding errors: these must not be of another strip.
  for (size_t i = 1; i < data_.tile.program.inputs().size(); ++i) zero(context.input(static_cast<int>(i)));
  for (int64_t t = 0; t < runs; ++t) {
    const int64_t top = (rows.begin + t * tile_.rows) * g_.step;
    read(context.input(0), band, top - layout_.top, first_col * g_.step - layout_.left);
    context.run();
    write(context, band, rows.begin * g_.block + t * run_rows - delay, rows, cols, first_col);
  }
}

void DenseRun::read_patch(Tensor& planes, const Band& band, int64_t row, int64_t col) const {
  read(planes, band, row * g_.step - layout_.top + g_.margin[0].before,
       col * g_.step - layout_.left + g_.margin[1].before);
}

/// Fills 1 x channels x rows x columns with what is seen from row `top` and column `left` of the image on.
void DenseRun::read(Tensor& planes, const Band& band, int64_t top, int64_t left) const {
  std::vector<int64_t> rows = seen_pixels(top, planes.shape()[2], height_, data_.info.border);
  // Behind the band's last patches, where nobody reads the results, its last row will do.
  for (int64_t& row : rows) {
    if (row >= 0) row = std::clamp<int64_t>(row - band.first_row, 0, band.image.height - 1);
  }
  const std::vector<int64_t> cols = seen_pixels(left, planes.shape()[3], width_, data_.info.border);
  read_tile(band.image, rows, cols, planes.as<float>());
}

/// Writes what lies inside of the patches of rows and cols. `top`: row of the result that the context's output begins
/// with.
void DenseRun::write(const Context& context, const Band& band, int64_t top, const Span& rows, const Span& cols,
                     int64_t first_col) const {
  const Tensor& output = context.output(0);
  const int64_t height = output.shape()[2], width = output.shape()[3], left = first_col * g_.block;
  const int64_t begin = std::max(top, rows.begin * g_.block);
  const int64_t end = std::min({top + height, rows.end * g_.block, layout_.rows});
  const int64_t from = cols.begin * g_.block, to = std::min(cols.end * g_.block, layout_.cols);
  if (begin >= end || from >= to) return;
  write_tile(output.as<float>(), height, width, {begin - top, from - left, end - begin, to - from}, band.result,
             begin - band.first_result_row, from);
}

void check_sizes(const detail::DenseData& data, const PatchLayout& layout, const ImageView& image,
                 const ImageView& result) {
  const PatchGeometry& g = data.geometry;
  if (image.channels != g.channels) {
    usage_error("the image has {} channels, the network takes {}", image.channels, g.channels);
  }
  if (result.channels != g.out_channels || result.height != layout.rows || result.width != layout.cols) {
    usage_error("the result is {}x{} with {} channels, not {}x{} with {}", layout.cols, layout.rows, g.out_channels,
                result.width, result.height, result.channels);
  }
}

void run_dense(const detail::DenseData& data, const ImageView& image, const ImageView& result,
               const Progress& progress) {
  const DenseRun run(data, image.height, image.width);
  check_sizes(data, run.layout(), image, result);
  Band band{.patches = {0, run.layout().grid.rows}, .image = image, .result = result};
  band.items = run.divide(band.patches);
  const int64_t items = band.items.items();
  const auto workers = static_cast<size_t>(std::min<int64_t>(data.threads(), items));
  std::atomic<int64_t> next = 0;
  std::mutex mutex;
  int64_t done = 0;
  parallel_for(workers, static_cast<int>(workers), [&](size_t) {
    Context context = run.context();
    for (int64_t item = next++; item < items; item = next++) {
      run.compute(context, band, item);
      if (!progress) continue;
      const std::lock_guard lock(mutex);
      progress(++done, items);
    }
  });
}

}  // namespace convoy
