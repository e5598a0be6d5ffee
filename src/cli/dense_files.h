// The image that a command reads and the result that it writes, row by row.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>

#include "cli/inputs.h"
#include "io/image_rows.h"

namespace convoy::cli {

/// A picture or a .npy, not yet prepared for a network.
class ImageFile {
 public:
  explicit ImageFile(const std::string& path);

  ImageSize size() const { return array_ ? array_->size : picture_->size; }
  std::optional<Depth> depth() const { return picture_ ? std::optional(picture_->depth) : std::nullopt; }

  struct Prepared {
    std::unique_ptr<ImageRows> rows;
    std::optional<Preprocess> preprocess;  ///< of a picture
    std::string note;                      ///< how a picture was prepared, to be printed
  };
  /// As the network takes it. Throws Error when it takes something else.
  Prepared prepare(const InputOptions& options, const std::string& input, int64_t channels) &&;

 private:
  std::string path_;
  std::unique_ptr<PictureReader> picture_;
  std::unique_ptr<ImageRows> array_;
};

struct ResultOptions {
  std::string output, depth, shard;
  std::vector<double> range;
};

/// --output, --output-range, --depth, --shard.
void add_result_options(CLI::App& command, ResultOptions& options);

/// Part `index` of `count`, from 0.
struct Shard {
  int64_t index = 0, count = 1;
};
Shard parse_shard(const ResultOptions& options);

/// "8", "16", "float"; nothing when empty.
std::optional<Depth> parse_depth(const std::string& word);

/// "y.tif.part-03-of-16.npy": where a shard of y.tif is written.
std::string shard_file(const std::string& output, const Shard& shard);

/// Throws Error for files that cannot be written: before anything runs.
void check_result(const ResultOptions& options);

/// The file for `size` rows and columns of the result, a shard's where one is asked for.
class ResultFile {
 public:
  /// `depth` and `preprocess`: of the input, if it is a picture.
  ResultFile(const ResultOptions& options, std::optional<Depth> depth, const std::optional<Preprocess>& preprocess,
             int64_t channels, ImageSize size);

  void write(int64_t rows, const float* planes, int64_t plane_stride);
  /// Gives the file its name; returns a line about it, to be printed.
  std::string commit();
  /// Smallest and largest value written. There must be a file.
  std::pair<float, float> range() const { return writer_->range(); }

 private:
  std::string path_, format_text_;
  std::unique_ptr<ImageRowsWriter> writer_;
};

}  // namespace convoy::cli
