// convoy dense: a network for small patches over a whole image.
#include <convoy/dense.h>

#include <algorithm>
#include <optional>

#include "cli/commands.h"
#include "cli/compiled_model.h"
#include "cli/dense_files.h"
#include "cli/inputs.h"
#include "cli/layers.h"
#include "cli/run_progress.h"
#include "cli/table.h"
#include "cli/terminal.h"
#include "cli/units.h"
#include "io/files.h"
#include "runtime/program_data.h"
#include "support/error.h"

namespace convoy::cli {
namespace {

struct DenseCommandOptions {
  ModelOptions model;
  InputOptions input;
  ResultOptions result;
  int64_t step = 0, block = 0;
  std::string border = "reflect", tile, json;
  int runs = 0;
  bool layers = false, approximate = false;
};

Border parse_border(const std::string& word) {
  for (Border border : {Border::reflect, Border::replicate, Border::zero, Border::valid}) {
    if (word == to_string(border)) return border;
  }
  usage_error("--border {}: takes reflect, replicate, zero or valid", word);
}

/// "192x48": width first, as pictures are measured.
void parse_tile(const std::string& text, DenseOptions& dense) {
  if (text.empty()) return;
  constexpr int64_t kMost = 65536;
  const Shape tile = parse_shape(text, "--tile");
  if (tile.rank() != 2 || std::max(tile[0], tile[1]) > kMost) {
    usage_error("--tile {}: takes WIDTHxHEIGHT in pixels, 192x48 for example", text);
  }
  dense.tile_width = tile[0], dense.tile_height = tile[1];
}

DenseOptions dense_options(const DenseCommandOptions& options, const ImageSize& size) {
  DenseOptions dense{.compile = compile_options(options.model),
                     .step = options.step,
                     .block = options.block,
                     .border = parse_border(options.border),
                     .approximate = options.approximate,
                     .height = size.height,
                     .width = size.width};
  parse_tile(options.tile, dense);
  return dense;
}

DenseProgram compile(const DenseCommandOptions& options, const ImageSize& size) {
  const DenseOptions dense = dense_options(options, size);
  const ProgressLine progress("compiling " + file_name(options.model.model));
  return value_of(compile_dense(options.model.model, dense));
}

void print_approximation(const DenseInfo& info) {
  const size_t nodes = info.approximated.size();
  if (nodes == 0) {
    fmt::print("approximate: there is no padding that pixels could replace, results are exact\n");
  } else if (nodes == 1) {
    fmt::print("approximate: {} reads the image around the patch instead of padding\n", info.approximated[0]);
  } else {
    fmt::print("approximate: {} nodes read the image around the patch instead of padding, the first is {}\n", nodes,
               info.approximated[0]);
  }
}

void print_network(const DenseCommandOptions& options, const DenseProgram& dense) {
  const DenseInfo& info = dense.info();
  const std::string every = info.step == 1 ? "pixel" : fmt::format("{} pixels", info.step);
  fmt::print("{}: {}x{}x{} patches every {} -> {}x{}x{}\n", file_name(options.model.model), info.patch_width,
             info.patch_height, info.channels, every, info.block, info.block, info.out_channels);
  fmt::print("{} multiply-adds a pixel instead of {} patch by patch: {}x less\n", count_text(info.macs_per_pixel),
             count_text(info.patch_macs_per_pixel), three_digits(info.patch_macs_per_pixel / info.macs_per_pixel));
  if (options.approximate) print_approximation(info);
  if (!info.not_shared.empty()) fmt::print("computed patch by patch from {}\n", info.not_shared);
  fmt::print("tiles of {}x{} pixels{}, {}\n", info.tile_width, info.tile_height, info.streamed ? " down strips" : "",
             threads_text(info.threads));
}

/// The part of the result that is computed, from where to where.
struct Work {
  ImageRows& image;
  ResultFile& result;
  ImageSize size;  ///< of the part
  DenseRows rows;

  double pixels() const { return static_cast<double>(size.height * size.width); }
};

struct Outcome {
  double seconds = 0;
  DenseDifference difference;
};

/// Reads, computes and writes at the same time. Seconds are also of the files.
Outcome run_rows(const DenseProgram& dense, const Work& work) {
  RunProgress progress(work.pixels());
  Outcome outcome;
  DenseRows rows = work.rows;
  rows.difference = &outcome.difference;
  rows.read = [&](int64_t first, int64_t count, float* planes, int64_t plane_stride) {
    work.image.read(first, count, planes, plane_stride);
  };
  rows.write = [&](int64_t, int64_t count, const float* planes, int64_t plane_stride) {
    work.result.write(count, planes, plane_stride);
  };
  throw_if_failed(dense.run(rows, std::ref(progress)));
  outcome.seconds = progress.seconds();
  return outcome;
}

/// From memory to memory, so many times; then writes. Seconds are of the fastest run, without files.
Outcome run_in_memory(const DenseProgram& dense, const Work& work, int runs) {
  const ImageSize& size = work.image.size;
  const Tensor image(DType::f32, Shape{1, work.image.channels, size.height, size.width});
  work.image.read(0, size.height, image_of(image).data, size.height * size.width);
  const Tensor result(DType::f32, Shape{1, dense.info().out_channels, work.size.height, work.size.width});
  double best = 0;
  for (int run = 0; run < runs; ++run) {
    RunProgress progress(work.pixels());
    throw_if_failed(dense.run(image_of(image), image_of(result), std::ref(progress)));
    best = run == 0 ? progress.seconds() : std::min(best, progress.seconds());
  }
  work.result.write(work.size.height, result.as<float>(), work.size.height * work.size.width);
  return {best, value_of(dense.difference(image_of(image), image_of(result)))};
}

void check_options(const DenseCommandOptions& options) {
  if (options.input.inputs.size() != 1) usage_error("dense takes one --input FILE (.npy or a picture)");
  check_result(options.result);
  if (!options.json.empty()) check_writable(options.json);
  if (options.result.shard.empty()) return;
  if (options.tile.empty()) {
    usage_error(
        "--shard needs --tile: with tiles of different sizes, parts would differ in rounding. A run without "
        "--shard shows the best size");
  }
  if (options.runs > 0) usage_error("--runs computes whole images, not a --shard");
}

void print_difference(const DenseDifference& difference, const Shard& shard) {
  if (difference.patches == 0) return;
  const double range = double{difference.high} - difference.low;
  const auto percent = [&](double value) {
    return range > 0 ? fmt::format(" ({}%)", three_digits(100 * value / range)) : "";
  };
  fmt::print(
      "difference from exact results at {} patches spread over the {}: {:.2g}{} at most, {:.2g}{} on average, of "
      "values {:.3g}..{:.3g}\n",
      difference.patches, shard.count > 1 ? "shard" : "image", difference.largest, percent(difference.largest),
      difference.mean, percent(difference.mean), difference.low, difference.high);
}

nlohmann::ordered_json approximation(const DenseInfo& info, const DenseDifference& difference) {
  return {{"nodes", info.approximated},
          {"patches", difference.patches},
          {"max_difference", difference.largest},
          {"mean_difference", difference.mean},
          {"exact_range", {difference.low, difference.high}}};
}

void write_report(const DenseCommandOptions& options, const DenseInfo& info, const ImageSize& size,
                  const Outcome& outcome) {
  if (options.json.empty()) return;
  const auto pixels = static_cast<double>(size.height * size.width);
  nlohmann::ordered_json report = {{"version", 1},
                                   {"model", file_name(options.model.model)},
                                   {"threads", info.threads},
                                   {"tile", {info.tile_width, info.tile_height}},
                                   {"streamed", info.streamed},
                                   {"output", {size.width, size.height}},
                                   {"s", outcome.seconds},
                                   {"mpixel_per_s", pixels / outcome.seconds / 1e6},
                                   {"macs_per_pixel", info.macs_per_pixel},
                                   {"patch_macs_per_pixel", info.patch_macs_per_pixel},
                                   {"not_shared", info.not_shared}};
  if (options.approximate) report["approximate"] = approximation(info, outcome.difference);
  write_json(options.json, report);
}

int dense(const DenseCommandOptions& options) {
  check_options(options);
  ImageFile file(options.input.inputs[0]);
  const ImageSize size = file.size();
  const DenseProgram program = compile(options, size);
  const DenseInfo& info = program.info();
  const Shard shard = parse_shard(options.result);
  DenseRows rows;
  rows.height = size.height, rows.width = size.width, rows.shard = shard.index, rows.shards = shard.count;
  const ImageSize part{value_of(program.shard_rows(rows)).second, program.output_size(size.height, size.width).second};
  const std::optional<Depth> depth = file.depth();
  const ImageFile::Prepared input =
      std::move(file).prepare(options.input, program.tile_program().inputs()[0].name, info.channels);
  ResultFile result(options.result, depth, input.preprocess, info.out_channels, part);
  if (!input.note.empty()) fmt::print("{}\n", input.note);
  print_network(options, program);
  if (options.layers) print_layer_rates(program.tile_program(), info.tile_height * info.tile_width);

  const Work work{*input.rows, result, part, rows};
  const Outcome outcome = options.runs > 0 ? run_in_memory(program, work, options.runs) : run_rows(program, work);
  const std::string written = result.commit();
  write_report(options, info, part, outcome);
  if (!written.empty()) fmt::print("{}\n", written);
  print_difference(outcome.difference, shard);
  const double seconds = outcome.seconds, flops = 2 * work.pixels() * info.macs_per_pixel;
  fmt::print("{}x{} pixels in {}{}: {} Mpixel/s, {} GFLOP/s\n", part.width, part.height, time_text(seconds * 1e9),
             options.runs > 0 ? "" : ", files included", three_digits(work.pixels() / seconds / 1e6),
             three_digits(flops / seconds / 1e9));
  return 0;
}

}  // namespace

void add_dense(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("dense", "Apply a network for small patches to every patch of an image");
  auto options = std::make_shared<DenseCommandOptions>();
  add_model_options(*command, options->model);
  add_input_options(*command, options->input);
  add_result_options(*command, options->result);
  command->add_option("--step", options->step, "pixels from one patch to the next (default: the size of the block)")
      ->check(CLI::Range(1, 4096));
  command
      ->add_option(
          "--block", options->block,
          "the output of a patch is a block of so many by so many pixels; 1: one pixel (default: what its shape "
          "says, or a square)")
      ->check(CLI::Range(1, 4096));
  command->add_option("--border", options->border,
                      "what patches at the edge see: reflect (default), replicate, zero; valid: no such patches");
  command->add_flag("--approximate", options->approximate,
                    "read the image around a patch where the network pads it: faster, and results differ, by what "
                    "is measured and shown");
  command->add_option("--tile", options->tile, "WIDTHxHEIGHT: pixels computed at once (default: measured)");
  command->add_option("--runs", options->runs, "compute so many times in memory and show the fastest run without files")
      ->check(CLI::Range(1, 1000));
  command->add_flag("--layers", options->layers, "show which kernels compute a tile, and their times");
  add_json_option(*command, options->json);
  command->footer("Example: convoy dense denoise_16x16.onnx --input photo.png --output clean.png --channels grey");
  command->callback([options, &action] { action = [options] { return dense(*options); }; });
}

}  // namespace convoy::cli
