// Dense inference: a network for small patches applied to every patch of an image. Patches overlap, and what they have
// in common is computed once; results are those of the patch network for each patch, unless an approximation is asked
// for.
//
//   auto dense = convoy::compile_dense("denoise_16x16.onnx");
//   convoy::Tensor image = ..., result = ...;                      // dense->output_size(height, width)
//   convoy::Status status = dense->run(convoy::image_of(image), convoy::image_of(result));
#pragma once

#include <convoy/image.h>
#include <convoy/program.h>

namespace convoy {

/// What patches at the edge of the image see beyond it.
enum class Border {
  reflect,    ///< the image mirrored, without repeating its last pixel
  replicate,  ///< its last pixel
  zero,
  valid,  ///< nothing: there are only patches that lie inside, and the result is smaller
};

/// "reflect", "replicate", "zero", "valid".
std::string_view to_string(Border border);

struct DenseOptions {
  /// Threads share the tiles of the image; each tile is computed by one.
  CompileOptions compile;
  /// Pixels from one patch to the next; 0: the size of the block.
  int64_t step = 0;
  /// The network's output is a block of so many by so many pixels, row by row, channel after channel; 1: one pixel a
  /// patch; 0: what the output's shape says, or a square of as many pixels as it has elements.
  int64_t block = 0;
  Border border = Border::reflect;
  /// Zeros with which a network pads its patches make overlapping patches differ, so that they share little. With this,
  /// its windows read the pixels around a patch instead, as far as the rest of the network can be shared: results
  /// change, by what DenseDifference says. Nothing changes for networks without padding.
  bool approximate = false;
  /// Pixels of the output that are computed at once, rows and columns; 0: measured.
  int64_t tile_height = 0, tile_width = 0;
  /// Size of the images to come, if it is known: tiles are then cut to fit.
  int64_t height = 0, width = 0;
};

/// What an approximate result differs by from the exact one, at up to 256 patches that are evenly spread over an image
/// or a shard, those at its borders included.
struct DenseDifference {
  int64_t patches = 0;           ///< 0 when the network is exact
  double largest = 0, mean = 0;  ///< of |result - exact result|
  float low = 0, high = 0;       ///< smallest and largest exact result
};

/// An image that comes and goes in rows, or part of one.
struct DenseRows : RowStream {
  int64_t height = 0, width = 0;  ///< of the whole image
  /// Part of the image: number `shard` of `shards`, from 0, in whole bands. Rows are bit by bit the same in all
  /// divisions, as long as tile, kernels, bands and number of threads are.
  int64_t shard = 0, shards = 1;
  /// Rows of the result that are computed together, about: bands. 0: as many as take 40 MB.
  int64_t band_rows = 0;
  /// Unless null, run() measures this on the way.
  DenseDifference* difference = nullptr;
};

struct DenseInfo {
  int64_t channels = 1, patch_height = 1, patch_width = 1, out_channels = 1;
  int64_t step = 1, block = 1;
  Border border = Border::reflect;
  int threads = 1;
  int64_t tile_height = 0, tile_width = 0;  ///< pixels of the output that are computed at once
  /// Tiles go down strips of the image, and each continues where the one above ended.
  bool streamed = false;
  /// The first node that is computed for each patch by itself, and why; empty when patches share all.
  std::string not_shared;
  /// The nodes that read pixels around their patch instead of padding, see DenseOptions::approximate; empty when
  /// results are exact.
  std::vector<std::string> approximated;
  double macs_per_pixel = 0;        ///< multiply-adds for a pixel of the output, tiles' common borders included
  double patch_macs_per_pixel = 0;  ///< patch by patch
};

namespace detail {
struct DenseData;
}

/// Cheap to copy; copies share everything. Safe to use from several threads.
class DenseProgram {
 public:
  explicit DenseProgram(std::shared_ptr<const detail::DenseData> data) : data_(std::move(data)) {}

  const DenseInfo& info() const;
  /// The program for one tile: its first input and output are the image's, others what tiles of a strip hand on.
  const Program& tile_program() const;
  /// {rows, columns} of the result for an image of this size.
  std::pair<int64_t, int64_t> output_size(int64_t height, int64_t width) const;
  /// Computes `result`, of out_channels and output_size().
  Status run(const ImageView& image, const ImageView& result, const Progress& progress = nullptr) const;
  /// Reads, computes and writes at the same time; takes memory for a few hundred rows.
  Status run(const DenseRows& rows, const Progress& progress = nullptr) const;
  /// Of `result`, which run() has computed from `image`.
  Result<DenseDifference> difference(const ImageView& image, const ImageView& result) const;
  /// {first, number} of the result's rows that the shard of `rows` writes; an image of few rows leaves some shards
  /// none.
  Result<std::pair<int64_t, int64_t>> shard_rows(const DenseRows& rows) const;

 private:
  std::shared_ptr<const detail::DenseData> data_;
};

/// Reads, checks and compiles a patch network.
Result<DenseProgram> compile_dense(const std::string& model_path, const DenseOptions& options = {});

}  // namespace convoy
