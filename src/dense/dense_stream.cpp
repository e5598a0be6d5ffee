#include "dense/dense_stream.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>

#include "dense/difference.h"
#include "support/error.h"
#include "support/int_math.h"

namespace convoy {

namespace {

using detail::DenseData;

/// One band is computed while the next is read and the last written.
constexpr int64_t kSlots = 3;
/// Pixels of a band, read and written. Each band begins its strips anew, which costs about a patch's height.
constexpr int64_t kBandBytes = 40 << 20;

/// Rows of patches in a band: of whole tiles, the same for all of an image.
int64_t band_patches(const DenseData& data, const DenseRows& rows) {
  const PatchGeometry& g = data.geometry;
  const int64_t tile = data.tile.tile.rows;
  if (rows.band_rows > 0) return round_up(ceil_div(rows.band_rows, g.block), tile);
  const int64_t out_width = ceil_div(rows.width, g.step) * g.block;
  const int64_t bytes = 4 * (g.channels * rows.width * g.step + g.out_channels * out_width * g.block);
  return std::max<int64_t>(1, kBandBytes / (bytes * tile)) * tile;
}

/// Rows of all channels in memory.
class Planes {
 public:
  Planes() = default;
  Planes(int64_t channels, int64_t rows, int64_t width) : pixels_(DType::f32, Shape{1, channels, rows, width}) {}

  /// The first `rows` rows.
  ImageView view(int64_t rows) const {
    ImageView view = image_of(pixels_);
    view.height = rows;
    return view;
  }

 private:
  Tensor pixels_;
};

struct Slot {
  Planes image, result;
  Band band;
  int64_t items_left = 0;
};

/// Reads, computes and writes the bands in order; `kSlots` of them at once.
class BandPipeline {
 public:
  BandPipeline(const DenseData& data, const DenseRun& run, const DenseRows& rows, const Span& patches,
               const Progress& progress)
      : data_(data), run_(run), rows_(rows), progress_(progress) {
    const int64_t size = band_patches(data, rows);
    for (int64_t begin = patches.begin; begin < patches.end; begin += size) {
      bands_.push_back({begin, std::min(begin + size, patches.end)});
      seen_.push_back(run.rows_seen(bands_.back()));
      items_ += run.divide(bands_.back()).items();
    }
    // Mirrored rows at the end of the image may lie above all others of their band: rows are kept as long as any needs
    // them.
    for (size_t k = seen_.size() - 1; k > 0; --k) seen_[k - 1].begin = std::min(seen_[k - 1].begin, seen_[k].begin);
    for (size_t k = 1; k < seen_.size(); ++k) seen_[k].end = std::max(seen_[k].end, seen_[k - 1].end);
    if (rows.difference && data.exact) meter_.emplace(data, run, patches);
    allocate();
  }

  void compute_all() {
    std::vector<std::thread> threads;
    threads.emplace_back([this] { guard([this] { read_all(); }); });
    threads.emplace_back([this] { guard([this] { write_all(); }); });
    for (int t = 0; t < data_.threads(); ++t) {
      threads.emplace_back([this] { guard([this] { work(); }); });
    }
    for (std::thread& thread : threads) thread.join();
    if (failure_) std::rethrow_exception(failure_);
    if (meter_) *rows_.difference = meter_->difference();
  }

 private:
  void allocate() {
    int64_t rows = 0, result_rows = 0;
    for (size_t k = 0; k < bands_.size(); ++k) {
      rows = std::max(rows, seen_[k].size());
      result_rows = std::max(result_rows, run_.result_rows(bands_[k]).size());
    }
    slots_.resize(std::min<size_t>(kSlots, bands_.size()));
    for (Slot& slot : slots_) {
      slot.image = Planes(data_.geometry.channels, rows, rows_.width);
      slot.result = Planes(data_.geometry.out_channels, result_rows, run_.layout().cols);
    }
  }

  int64_t count() const { return static_cast<int64_t>(bands_.size()); }
  Slot& slot(int64_t band) { return slots_[band % static_cast<int64_t>(slots_.size())]; }

  void read_all() {
    for (int64_t k = 0; k < count(); ++k) {
      if (!wait([&] { return k < written_ + static_cast<int64_t>(slots_.size()); })) return;
      read(k);
      const std::lock_guard lock(mutex_);
      read_ = k + 1;
      changed_.notify_all();
    }
  }

  void read(int64_t k) {
    Slot& into = slot(k);
    const Span rows = seen_[k];
    const ImageView image = into.image.view(rows.size());
    const int64_t known = k == 0 ? rows.begin : std::max(rows.begin, seen_[k - 1].end);
    if (known > rows.begin) {
      // The band before has them still: it is this thread that overwrites slots.
      const Slot& before = slot(k - 1);
      copy_rows(before.band.image, rows.begin - before.band.first_row, image, 0, known - rows.begin);
    }
    if (rows.end > known) {
      const int64_t at = (known - rows.begin) * image.row_stride;
      rows_.read(known, rows.end - known, image.data + at, image.channel_stride);
    }
    const Span result = run_.result_rows(bands_[k]);
    into.band = {.patches = bands_[k],
                 .image = image,
                 .result = into.result.view(result.size()),
                 .first_row = rows.begin,
                 .first_result_row = result.begin,
                 .items = run_.divide(bands_[k])};
    into.items_left = into.band.items.items();
  }

  void work() {
    Context context = run_.context();
    while (true) {
      int64_t band = 0, item = 0;
      if (!wait([&] { return next_band_ == count() || next_band_ < read_; },
                [&] {
                  band = next_band_, item = next_item_;
                  if (band < count() && ++next_item_ == slot(band).band.items.items()) ++next_band_, next_item_ = 0;
                })) {
        return;
      }
      if (band == count()) return;
      run_.compute(context, slot(band).band, item);
      const std::lock_guard lock(mutex_);
      if (--slot(band).items_left == 0) changed_.notify_all();
      if (progress_) progress_(++done_, items_);
    }
  }

  void write_all() {
    for (int64_t k = 0; k < count(); ++k) {
      if (!wait([&] { return k < read_ && slot(k).items_left == 0; })) return;
      const Band& band = slot(k).band;
      if (meter_) meter_->add(band);
      rows_.write(band.first_result_row, band.result.height, band.result.data, band.result.channel_stride);
      const std::lock_guard lock(mutex_);
      written_ = k + 1;
      changed_.notify_all();
    }
  }

  /// Waits for the condition, then does `take` before any other thread goes on. False when another has failed.
  template <class Condition, class Take>
  bool wait(Condition&& condition, Take&& take) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return failure_ || condition(); });
    if (failure_) return false;
    take();
    return true;
  }
  template <class Condition>
  bool wait(Condition&& condition) {
    return wait(condition, [] {});
  }

  /// The first failure ends all threads.
  template <class Work>
  void guard(Work&& work) {
    try {
      work();
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
      changed_.notify_all();
    }
  }

  const DenseData& data_;
  const DenseRun& run_;
  const DenseRows& rows_;
  const Progress& progress_;
  std::vector<Span> bands_;  ///< rows of patches
  std::vector<Span> seen_;   ///< rows of the image that are in memory for each
  std::vector<Slot> slots_;
  int64_t items_ = 0;
  std::optional<DifferenceMeter> meter_;  ///< the writer's

  std::mutex mutex_;
  std::condition_variable changed_;
  int64_t read_ = 0, written_ = 0;  ///< bands
  int64_t next_band_ = 0, next_item_ = 0, done_ = 0;
  std::exception_ptr failure_;
};

}  // namespace

Span shard_patches(const DenseData& data, const DenseRun& run, const DenseRows& rows) {
  const int64_t shard = rows.shard, shards = rows.shards;
  if (shards < 1 || shard < 0 || shard >= shards) usage_error("there is no shard {} of {}", shard, shards);
  const int64_t size = band_patches(data, rows), all = run.layout().grid.rows, bands = ceil_div(all, size);
  return {std::min(bands * shard / shards * size, all), std::min(bands * (shard + 1) / shards * size, all)};
}

void run_dense_rows(const DenseData& data, const DenseRows& rows, const Progress& progress) {
  const DenseRun run(data, rows.height, rows.width);
  const Span patches = shard_patches(data, run, rows);
  if (rows.difference) *rows.difference = {};
  if (patches.size() > 0) BandPipeline(data, run, rows, patches, progress).compute_all();
}

}  // namespace convoy
