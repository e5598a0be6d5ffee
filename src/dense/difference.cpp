#include "dense/difference.h"

#include <algorithm>
#include <cmath>

namespace convoy {
namespace {

/// Rows and columns of patches that are compared, at most.
constexpr int64_t kRows = 16, kCols = 16;

/// Up to `most` of [all.begin, all.end) at even distances, the first and the last among them.
std::vector<int64_t> spread(const Span& all, int64_t most) {
  const int64_t count = std::min(all.size(), most);
  std::vector<int64_t> indices(count, all.begin);
  for (int64_t i = 1; i < count; ++i) indices[i] += i * (all.size() - 1) / (count - 1);
  return indices;
}

}  // namespace

DifferenceMeter::DifferenceMeter(const detail::DenseData& data, const DenseRun& run, const Span& patches)
    : g_(data.geometry),
      run_(run),
      rows_(spread(patches, kRows)),
      cols_(spread({0, run.layout().grid.cols}, kCols)),
      exact_(data.exact.value()) {}

void DifferenceMeter::add(const Band& band) {
  for (int64_t row : rows_) {
    if (row < band.patches.begin || row >= band.patches.end) continue;
    for (int64_t col : cols_) compare(band, row, col);
  }
}

void DifferenceMeter::compare(const Band& band, int64_t row, int64_t col) {
  run_.read_patch(exact_.input(0), band, row, col);
  exact_.run();
  // The last blocks may reach beyond the result.
  const int64_t b = g_.block, top = row * b, left = col * b;
  const int64_t height = std::min(b, run_.layout().rows - top), width = std::min(b, run_.layout().cols - left);
  const float* block = exact_.output(0).as<float>();
  const ImageView& result = band.result;
  DenseDifference& d = difference_;
  for (int64_t c = 0; c < g_.out_channels; ++c) {
    for (int64_t y = 0; y < height; ++y) {
      const float* line =
          result.data + c * result.channel_stride + (top + y - band.first_result_row) * result.row_stride;
      for (int64_t x = 0; x < width; ++x) {
        const float wanted = block[(c * b + y) * b + x];
        const double difference = std::abs(double{line[(left + x) * result.pixel_stride]} - wanted);
        d.low = elems_ == 0 ? wanted : std::min(d.low, wanted);
        d.high = elems_ == 0 ? wanted : std::max(d.high, wanted);
        d.largest = std::max(d.largest, difference);
        sum_ += difference;
        ++elems_;
      }
    }
  }
  ++d.patches;
}

DenseDifference DifferenceMeter::difference() const {
  DenseDifference difference = difference_;
  if (elems_ > 0) difference.mean = sum_ / static_cast<double>(elems_);
  return difference;
}

DenseDifference dense_difference(const detail::DenseData& data, const ImageView& image, const ImageView& result) {
  const DenseRun run(data, image.height, image.width);
  check_sizes(data, run.layout(), image, result);
  if (!data.exact) return {};
  const Span patches{0, run.layout().grid.rows};
  DifferenceMeter meter(data, run, patches);
  meter.add({.patches = patches, .image = image, .result = result});
  return meter.difference();
}

}  // namespace convoy
