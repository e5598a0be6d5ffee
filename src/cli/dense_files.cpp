#include "cli/dense_files.h"

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "io/files.h"
#include "support/error.h"

namespace convoy::cli {
namespace {

bool is_array(const std::string& path) {
  return extension(path) == ".npy";
}

/// What the picture's file can hold of the depth that the input has.
Depth best_depth(const std::string& path, Depth wanted) {
  const std::string format = extension(path);
  if (format == ".tif" || format == ".tiff") return wanted;
  return format == ".png" && wanted != Depth::bits8 ? Depth::bits16 : Depth::bits8;
}

const char* depth_text(Depth depth) {
  return depth == Depth::real ? "float" : depth == Depth::bits16 ? "16 bits" : "8 bits";
}

/// How values become a picture: as the input's pixels became values, unless it is given.
PictureFormat picture_format(const ResultOptions& options, std::optional<Depth> depth,
                             const std::optional<Preprocess>& preprocess) {
  PictureFormat format;
  if (preprocess) {
    // What normalises by a mean makes no pictures in those units.
    const bool alike = preprocess->preset != "imagenet" && preprocess->preset != "caffe";
    if (alike) std::tie(format.black, format.white) = black_and_white(*preprocess);
    format.channels = preprocess->channels;
  }
  if (!options.range.empty()) format.black = options.range[0], format.white = options.range[1];
  format.depth = parse_depth(options.depth).value_or(best_depth(options.output, depth.value_or(Depth::bits8)));
  return format;
}

}  // namespace

ImageFile::ImageFile(const std::string& path) : path_(path) {
  if (is_array(path)) {
    array_ = array_rows(path);
  } else {
    picture_ = open_picture(path);
  }
}

ImageFile::Prepared ImageFile::prepare(const InputOptions& options, const std::string& input, int64_t channels) && {
  if (array_) {
    if (array_->channels != channels) {
      invalid_input("{}: input '{}' takes {} channels, the file holds {}", path_, input, channels, array_->channels);
    }
    return {std::move(array_), {}, ""};
  }
  const ImageSize size = picture_->size;
  const TensorType type{DType::f32, Shape{1, channels, size.height, size.width}};
  PreprocessOptions preprocess_options = options.preprocess;
  if (!options.scale.empty()) preprocess_options.scale = options.scale[0];
  const Preprocess preprocess = with_context(path_, [&] { return make_preprocess(preprocess_options, type, {type}); });
  std::string note = fmt::format("input: {} {}, {}", std::filesystem::path(path_).filename().string(), size.str(),
                                 preprocess.describe());
  if (preprocess.guessed) note += fmt::format("  (guessed: --preprocess {}; see run --help)", preprocess.preset);
  return {picture_rows(std::move(picture_), preprocess), preprocess, std::move(note)};
}

void add_result_options(CLI::App& command, ResultOptions& options) {
  command.add_option("--output", options.output, "FILE: .npy or a picture (.png, .jpg, .webp, .tif)");
  command
      .add_option("--output-range", options.range,
                  "LOW,HIGH: what is black and white in pictures (default: what they are in the input, else 0,1)")
      ->delimiter(',')
      ->expected(2);
  command.add_option("--depth", options.depth,
                     "8, 16 or float: values of pictures (default: as the input, if the format has it)");
  command.add_option("--shard", options.shard,
                     "I/N: compute part I of N, from 1, and write it beside --output; merge joins them");
}

Shard parse_shard(const ResultOptions& options) {
  const std::string& text = options.shard;
  if (text.empty()) return {};
  Shard shard;
  const char* end = text.data() + text.size();
  const auto [slash, error] = std::from_chars(text.data(), end, shard.index);
  const bool divided = error == std::errc() && slash != end && *slash == '/';
  const auto result = divided ? std::from_chars(slash + 1, end, shard.count) : std::from_chars_result{slash, error};
  constexpr int64_t kMost = 100000;
  if (!divided || result.ec != std::errc() || result.ptr != end || shard.index < 1 || shard.index > shard.count ||
      shard.count > kMost) {
    usage_error("--shard {}: takes I/N with I from 1 to N, 3/16 for example", text);
  }
  --shard.index;
  return shard;
}

std::optional<Depth> parse_depth(const std::string& word) {
  if (word.empty()) return {};
  if (word == "8") return Depth::bits8;
  if (word == "16") return Depth::bits16;
  if (word == "float") return Depth::real;
  usage_error("--depth {}: takes 8, 16 or float", word);
}

std::string shard_file(const std::string& output, const Shard& shard) {
  const std::string count = std::to_string(shard.count);
  return fmt::format("{}.part-{:0{}}-of-{}.npy", output, shard.index + 1, count.size(), count);
}

void check_result(const ResultOptions& options) {
  const Shard shard = parse_shard(options);
  const std::optional<Depth> depth = parse_depth(options.depth);
  if (options.output.empty()) {
    if (!options.shard.empty()) usage_error("--shard needs an --output");
    return;
  }
  if (!is_array(options.output) && !is_image_name(options.output)) {
    usage_error("--output {}: the name must end in .npy, .png, .jpg, .webp or .tif", options.output);
  }
  if (!options.range.empty() && options.range[0] == options.range[1]) usage_error("--output-range is empty");
  if (depth && !is_array(options.output)) check_depth(options.output, *depth);
  check_writable(options.shard.empty() ? options.output : shard_file(options.output, shard));
}

ResultFile::ResultFile(const ResultOptions& options, std::optional<Depth> depth,
                       const std::optional<Preprocess>& preprocess, int64_t channels, ImageSize size) {
  if (options.output.empty()) return;
  path_ = options.shard.empty() ? options.output : shard_file(options.output, parse_shard(options));
  if (is_array(options.output)) {
    writer_ = array_writer(path_, channels, size);
    format_text_ = fmt::format("f32[1x{}x{}x{}]", channels, size.height, size.width);
    return;
  }
  if (channels != 1 && channels != 3) {
    usage_error("--output {}: the result has {} channels and is no picture; write a .npy", options.output, channels);
  }
  const PictureFormat format = picture_format(options, depth, preprocess);
  auto picture = options.shard.empty() ? create_picture(path_, size, channels, format.depth)
                                       : create_picture_part(path_, size, channels, format.depth);
  writer_ = picture_writer(std::move(picture), channels, size.width, format);
  format_text_ = fmt::format("{} {}, {}, {:g}..{:g} shown as black to white", size.str(),
                             channels == 1 ? "grey" : "RGB", depth_text(format.depth), format.black, format.white);
}

void ResultFile::write(int64_t rows, const float* planes, int64_t plane_stride) {
  if (writer_) writer_->write(rows, planes, plane_stride);
}

std::string ResultFile::commit() {
  if (!writer_) return "";
  writer_->commit();
  const auto [low, high] = writer_->range();
  return low > high ? fmt::format("{}: {}", path_, format_text_)
                    : fmt::format("{}: {}, values {:.3g}..{:.3g}", path_, format_text_, low, high);
}

}  // namespace convoy::cli
