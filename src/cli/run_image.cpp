#include "cli/run_image.h"

#include <convoy/image.h>

#include "cli/compiled_model.h"
#include "cli/layers.h"
#include "cli/measure.h"
#include "cli/run_progress.h"
#include "cli/units.h"
#include "io/files.h"
#include "support/error.h"

namespace convoy::cli {

bool is_large_image(const InputOptions& input, const std::vector<std::string>& outputs) {
  if (input.inputs.size() != 1 || outputs.size() != 1) return false;
  const std::string &path = input.inputs[0], format = extension(outputs[0]);
  if (path.find('=') != std::string::npos || outputs[0].find('=') != std::string::npos) return false;
  if (extension(path) == ".npz" || format == ".npz") return false;
  try {
    return is_large(ImageFile(path).size());
  } catch (const Error&) {
    return false;  // no image; what is wrong, if anything, is said where it is read
  }
}

bool run_image(const ImageRunOptions& options, const CompileOptions& compile) {
  ImageFile file(options.input.inputs[0]);
  const auto program = compile_strips(options.model.model, compile, options.strips.rows(), file.size());
  if (!program) return false;
  const ImageInfo& info = program->info();
  const ImageSize size{info.out_height, info.out_width};
  const std::optional<Depth> depth = file.depth();
  const ImageFile::Prepared input = std::move(file).prepare(options.input, info.input, info.channels);
  ResultFile result(options.result, depth, input.preprocess, info.out_channels, size);
  if (!input.note.empty()) fmt::print("{}\n", input.note);
  fmt::print("{}\n", strips_text(options.model.model, info));
  if (options.layers) print_layer_rates(program->strip_program(), info.strip_rows * info.width);

  RowStream rows;
  rows.read = [&](int64_t first, int64_t count, float* planes, int64_t plane_stride) {
    input.rows->read(first, count, planes, plane_stride);
  };
  rows.write = [&](int64_t, int64_t count, const float* planes, int64_t plane_stride) {
    result.write(count, planes, plane_stride);
  };
  const auto pixels = static_cast<double>(info.height * info.width);
  RunProgress progress(pixels);
  throw_if_failed(program->run(rows, std::ref(progress)));
  const double seconds = progress.seconds();
  fmt::print("{}\n", result.commit());
  if (!options.json.empty()) {
    const auto [low, high] = result.range();
    const std::string type = fmt::format("f32[1x{}x{}x{}]", info.out_channels, size.height, size.width);
    write_json(options.json, {{"version", 1},
                              {"model", file_name(options.model.model)},
                              {"threads", info.threads},
                              {"strip_rows", info.strip_rows},
                              {"run_ms", seconds * 1e3},
                              {"mpixel_per_s", pixels / seconds / 1e6},
                              {"peak_rss_bytes", peak_rss_bytes()},
                              {"outputs", {{{"name", info.output}, {"type", type}, {"min", low}, {"max", high}}}}});
  }
  fmt::print("ran in {}, files included: {} Mpixel/s, {} GFLOP/s\n", time_text(seconds * 1e9),
             three_digits(pixels / seconds / 1e6), three_digits(2e-9 * static_cast<double>(info.macs) / seconds));
  return true;
}

}  // namespace convoy::cli
