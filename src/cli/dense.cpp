// convoy dense: a network for small patches over a whole image.
#include <convoy/dense.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "cli/commands.h"
#include "cli/compiled_model.h"
#include "cli/inputs.h"
#include "cli/layers.h"
#include "cli/outputs.h"
#include "cli/table.h"
#include "cli/terminal.h"
#include "cli/units.h"
#include "io/files.h"
#include "io/image.h"
#include "io/npy.h"
#include "runtime/program_data.h"
#include "support/error.h"

namespace convoy::cli {
namespace {

using Clock = std::chrono::steady_clock;

struct DenseCommandOptions {
  ModelOptions model;
  InputOptions input;
  OutputOptions output;
  int64_t step = 0, block = 0;
  std::string border = "reflect", tile, json;
  int runs = 1;
  bool layers = false;
};

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// Of a picture, or of the last two axes of an array.
ImageSize size_of_input(const std::string& path) {
  if (!path.ends_with(".npy")) return image_size(path);
  const Shape shape = read_npy_type(path).shape;
  if (shape.rank() < 2) invalid_input("{}: holds {}, no image", path, shape.str());
  return {shape[shape.rank() - 2], shape[shape.rank() - 1]};
}

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
                     .height = size.height,
                     .width = size.width};
  parse_tile(options.tile, dense);
  return dense;
}

template <class T>
T value_of(Result<T> result) {
  if (!result) throw Error(result.status().kind(), result.status().message());
  return std::move(*result);
}

DenseProgram compile(const DenseCommandOptions& options, const ImageSize& size) {
  const DenseOptions dense = dense_options(options, size);
  const ProgressLine progress("compiling " + file_name(options.model.model));
  return value_of(compile_dense(options.model.model, dense));
}

void print_network(const DenseCommandOptions& options, const DenseProgram& dense) {
  const DenseInfo& info = dense.info();
  const std::string every = info.step == 1 ? "pixel" : fmt::format("{} pixels", info.step);
  fmt::print("{}: {}x{}x{} patches every {} -> {}x{}x{}\n", file_name(options.model.model), info.patch_width,
             info.patch_height, info.channels, every, info.block, info.block, info.out_channels);
  fmt::print("{} multiply-adds a pixel instead of {} patch by patch: {}x less\n", count_text(info.macs_per_pixel),
             count_text(info.patch_macs_per_pixel), three_digits(info.patch_macs_per_pixel / info.macs_per_pixel));
  if (!info.not_shared.empty()) fmt::print("computed patch by patch from {}\n", info.not_shared);
  fmt::print("tiles of {}x{} pixels{}, {}\n", info.tile_width, info.tile_height, info.streamed ? " down strips" : "",
             threads_text(info.threads));
}

/// Seconds of the fastest run.
double run_all(const DenseProgram& dense, const Tensor& image, const Tensor& result, int runs) {
  double best = 0;
  ProgressLine line("computing");
  for (int run = 0; run < runs; ++run) {
    const auto begin = Clock::now();
    const Status status = dense.run(image_of(image), image_of(result), [&](int64_t done, int64_t tiles) {
      const double seconds = seconds_since(begin), part = static_cast<double>(done) / static_cast<double>(tiles);
      const double pixels = part * static_cast<double>(result.shape()[2] * result.shape()[3]);
      line.show(fmt::format("{:.0f}%, {} Mpixel/s, {:.0f} s left", 100 * part, three_digits(pixels / seconds / 1e6),
                            seconds / part - seconds));
    });
    if (!status) throw Error(status.kind(), status.message());
    const double seconds = seconds_since(begin);
    best = run == 0 ? seconds : std::min(best, seconds);
  }
  return best;
}

/// What a tile's time is spent on.
void print_layers(const DenseProgram& dense) {
  Context context(dense.tile_program());
  const MeasureOptions measure{.seconds = 1};
  warm_up(context, measure);
  const auto layers = time_layers(context, dense.tile_program().data().plan, measure);
  const auto pixels = static_cast<double>(dense.info().tile_height * dense.info().tile_width);
  Table table({{"layer"},
               {"operator"},
               {"output"},
               {"kernel"},
               {"ns/pixel", Align::right},
               {"%", Align::right},
               {"GFLOP/s", Align::right}});
  for (const LayerTime& layer : layers) {
    const PlanStep& step = *layer.step;
    table.add({shorten(step.name, 32), step.detail.empty() ? step.op : step.op + " " + step.detail,
               step.output.shape.str(), step.impl, fmt::format("{:.2f}", layer.ns.median / pixels),
               fmt::format("{:.1f}", 100 * layer.ns.median / total_ns(layers)),
               step.macs > 0 ? three_digits(layer.gflops()) : "-"});
  }
  fmt::print("\n{}\n", table.str());
}

int dense(const DenseCommandOptions& options) {
  check_outputs(options.output);
  if (!options.json.empty()) check_writable(options.json);
  if (options.input.inputs.size() != 1) usage_error("dense takes one --input FILE (.npy or a picture)");
  const ImageSize size = size_of_input(options.input.inputs[0]);
  const DenseProgram program = compile(options, size);
  const DenseInfo& info = program.info();
  const auto [rows, cols] = program.output_size(size.height, size.width);
  const std::vector<PortInfo> inputs = {
      {program.tile_program().inputs()[0].name, {DType::f32, Shape{1, info.channels, size.height, size.width}}}};
  const std::vector<PortInfo> outputs = {
      {program.tile_program().outputs()[0].name, {DType::f32, Shape{1, info.out_channels, rows, cols}}}};
  const NetworkInputs image = read_inputs(options.input, inputs, outputs, Missing::error);
  check_outputs(options.output, outputs, image.picture.has_value());
  for (const std::string& note : image.notes) fmt::print("{}\n", note);
  print_network(options, program);
  if (options.layers) print_layers(program);

  const Tensor result(outputs[0].type);
  const double seconds = run_all(program, image.tensors[0], result, options.runs);
  const double pixels = static_cast<double>(rows * cols), flops = 2 * pixels * info.macs_per_pixel;
  const auto written = write_outputs(options.output, outputs, {result}, image);
  if (!options.json.empty()) {
    write_json(options.json, {{"version", 1},
                              {"model", file_name(options.model.model)},
                              {"threads", info.threads},
                              {"tile", {info.tile_width, info.tile_height}},
                              {"streamed", info.streamed},
                              {"output", {cols, rows}},
                              {"s", seconds},
                              {"mpixel_per_s", pixels / seconds / 1e6},
                              {"macs_per_pixel", info.macs_per_pixel},
                              {"patch_macs_per_pixel", info.patch_macs_per_pixel},
                              {"not_shared", info.not_shared}});
  }
  for (const std::string& line : written) fmt::print("{}\n", line);
  fmt::print("{}x{} pixels in {}: {} Mpixel/s, {} GFLOP/s\n", cols, rows, time_text(seconds * 1e9),
             three_digits(pixels / seconds / 1e6), three_digits(flops / seconds / 1e9));
  return 0;
}

}  // namespace

void add_dense(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("dense", "Apply a network for small patches to every patch of an image");
  auto options = std::make_shared<DenseCommandOptions>();
  add_model_options(*command, options->model);
  add_input_options(*command, options->input);
  add_output_options(*command, options->output);
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
  command->add_option("--tile", options->tile, "WIDTHxHEIGHT: pixels computed at once (default: measured)");
  command->add_option("--runs", options->runs, "compute the image so many times and show the fastest (default 1)")
      ->check(CLI::Range(1, 1000));
  command->add_flag("--layers", options->layers, "show which kernels compute a tile, and their times");
  add_json_option(*command, options->json);
  command->footer("Example: convoy dense denoise_16x16.onnx --input photo.png --output clean.png --channels grey");
  command->callback([options, &action] { action = [options] { return dense(*options); }; });
}

}  // namespace convoy::cli
