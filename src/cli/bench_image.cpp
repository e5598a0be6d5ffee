#include "cli/bench_image.h"

#include "cli/bench_report.h"
#include "cli/compiled_model.h"
#include "cli/peak.h"
#include "cli/table.h"
#include "cli/terminal.h"
#include "cli/units.h"
#include "runtime/program_data.h"
#include "support/error.h"

namespace convoy::cli {
namespace {

struct Result {
  double compile_s = 0, peak_gflops = 0;
  Latency ms;
  int64_t peak_rss_bytes = 0;
  std::vector<LayerTime> layers;  ///< of a strip in the middle of the image
};

/// The size of the network's image, if it has one image as input.
std::optional<ImageSize> image_size(const std::string& model, const CompileOptions& compile) {
  const Graph network = load_model(model, compile);
  if (network.inputs.size() != 1) return std::nullopt;
  const Shape& shape = network.type(network.inputs[0]).shape;
  if (shape.rank() != 4) return std::nullopt;
  return ImageSize{shape[2], shape[3]};
}

Result measure(const ImageProgram& program, const BenchOptions& options) {
  const ImageInfo& info = program.info();
  ProgressLine progress("warming up " + file_name(options.model.model));
  const PortInfo in{info.input, {DType::f32, {1, info.channels, info.height, info.width}}};
  const PortInfo out{info.output, {DType::f32, {1, info.out_channels, info.out_height, info.out_width}}};
  const NetworkInputs inputs = read_inputs(options.input, {in}, {out}, Missing::random);
  const Tensor result(out.type);
  const auto run = [&] { throw_if_failed(program.run(image_of(inputs.tensors[0]), image_of(result))); };
  warm_up(run, options.measure);
  progress.show("measuring " + file_name(options.model.model));
  Result measured;
  measured.ms = summarise(time_runs(run, options.measure));
  measured.peak_rss_bytes = peak_rss_bytes();
  progress.show("measuring the layers");
  const Program& strip = program.strip_program();
  Context context(strip);
  const MeasureOptions layer_runs{.seconds = options.measure.seconds / 3, .runs = std::min(options.measure.runs, 20)};
  measured.layers = time_layers(context, strip.data().plan, layer_runs);
  progress.show("measuring the machine");
  measured.peak_gflops = measure_peak_gflops(strip.data().plan.target.isa, info.threads);
  return measured;
}

double gflops(const ImageInfo& info, const Result& result) {
  return 2.0 * static_cast<double>(info.macs) / (result.ms.median * 1e6);
}

double mpixel_per_s(const ImageInfo& info, const Result& result) {
  return static_cast<double>(info.height * info.width) / (result.ms.median * 1e3);
}

nlohmann::ordered_json to_json(const BenchOptions& options, const ImageProgram& program, const Result& result) {
  const ImageInfo& info = program.info();
  const Plan& plan = program.strip_program().data().plan;
  return {{"version", 1},
          {"model", file_name(options.model.model)},
          {"target", target_text(plan.target.isa)},
          {"precision", to_string(plan.precision)},
          {"threads", info.threads},
          {"strip_rows", info.strip_rows},
          {"compile_s", result.compile_s},
          {"latency_ms", latency_json(result.ms)},
          {"mpixel_per_s", mpixel_per_s(info, result)},
          {"gmac", static_cast<double>(info.macs) / 1e9},
          {"gflops", gflops(info, result)},
          {"peak_gflops", result.peak_gflops},
          {"memory", {{"peak_rss_bytes", result.peak_rss_bytes}}},
          {"strip_layers", layers_json(result.layers)}};
}

void print_summary(const BenchOptions& options, const ImageInfo& info, const Result& result) {
  fmt::print("{}\n\n", strips_text(options.model.model, info));
  Table table({{""}, {""}});
  table.add({"compile", time_text(result.compile_s * 1e9)});
  table.add({"latency", latency_text(result.ms)});
  table.add({"speed", fmt::format("{} Mpixel/s, {}", three_digits(mpixel_per_s(info, result)),
                                  speed_text(gflops(info, result), result.peak_gflops))});
  table.add({"work", count_text(static_cast<double>(info.macs)) + "MAC, counted as direct convolutions"});
  table.add(
      {"memory", fmt::format("process at most {}, image and result included", bytes_text(result.peak_rss_bytes))});
  fmt::print("{}", table.str());
  print_slowest(result.layers, info.strip_rows < info.height ? "slowest layers of a strip" : "slowest layers");
  warn_of_spread(result.ms);
}

}  // namespace

bool bench_image(const BenchOptions& options, const CompileOptions& compile) {
  if (options.strips.off()) return false;
  const std::optional<ImageSize> size = image_size(options.model.model, compile);
  if (!size || (!is_large(*size) && options.strips.strip.empty())) return false;
  const Stopwatch compiling;
  const auto program = compile_strips(options.model.model, compile, options.strips.rows(), *size);
  if (!program) return false;
  const double compile_s = compiling.seconds();
  Result result = measure(*program, options);
  result.compile_s = compile_s;
  print_summary(options, program->info(), result);
  if (!options.json.empty()) write_json(options.json, to_json(options, *program, result));
  return true;
}

}  // namespace convoy::cli
