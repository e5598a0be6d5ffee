#include <convoy/image.h>

#include <algorithm>
#include <cstring>
#include <map>

#include "dense/image_data.h"
#include "dense/image_run.h"
#include "dense/tiles.h"
#include "passes/passes.h"
#include "runtime/compile.h"
#include "runtime/memory.h"
#include "support/error.h"
#include "support/int_math.h"

namespace convoy {

namespace {

using detail::ImageData;
using detail::StripProgram;

/// The network's input and output as images. Throws Error when they are something else.
ImageInfo image_info(const Graph& network) {
  if (network.inputs.size() != 1 || network.outputs.size() != 1) {
    unsupported("strips need one input and one output, the network has {} and {}", network.inputs.size(),
                network.outputs.size());
  }
  const Value &input = network.value(network.inputs[0]), &output = network.value(network.outputs[0]);
  for (const Value* value : {&input, &output}) {
    const Shape& shape = value->type.shape;
    if (shape.rank() != 4 || shape[0] != 1 || value->type.dtype != DType::f32) {
      unsupported("strips need images of f32[1xCxHxW], '{}' is {}", value->name, value->type.str());
    }
  }
  const Shape &in = input.type.shape, &out = output.type.shape;
  return {.input = input.name,
          .output = output.name,
          .channels = in[1],
          .height = in[2],
          .width = in[3],
          .out_channels = out[1],
          .out_height = out[2],
          .out_width = out[3],
          .macs = network.macs()};
}

/// Whether reading and writing the values between layers takes longer than computing them, when caches do not hold
/// them.
bool bound_by_memory(const Graph& network) {
  constexpr int64_t kMacsPerByte = 4;
  int64_t bytes = 0;
  for (const Node& node : network.nodes) {
    for (ValueId output : node.outputs) bytes += network.value(output).type.bytes();
  }
  return network.macs() < kMacsPerByte * bytes;
}

/// About as many rows as asked for, such that layers with strides compute whole rows in each run. 0: enough to fill
/// Winograd's tiles, also where strides have left few of them; more are not faster, and take more memory. Where memory
/// is what binds, half of them: FSRCNN-small, 2.4 MACs a byte, took 8% less time on a quiet machine and 25% less where
/// others use the last level of cache (at widths of 640, 1920 and 3840: 3%, 25%, 30%); FSRCNN, with 6, as long or 5%
/// more, DnCNN, with 66, 10% more.
int64_t fitting_rows(const Graph& network, int64_t wanted) {
  constexpr int64_t kLargestStride = 64, kEnoughUnits = 6;
  const int64_t enough = bound_by_memory(network) ? 12 : 24;
  std::string refusal;
  for (int64_t unit = 1; unit <= kLargestStride; unit *= 2) {
    if (!stream(network, unit, Edges::none, refusal)) continue;
    const int64_t rows = wanted > 0 ? wanted : std::max(enough, kEnoughUnits * unit);
    return std::max<int64_t>(1, (rows + unit / 2) / unit) * unit;
  }
  unsupported("strips are not possible: {}", refusal);
}

StreamNetwork strips(const Graph& network, int64_t rows, Edges edges) {
  std::string refusal;
  auto strips = stream(network, rows, edges, refusal);
  if (!strips) internal_error("{}", refusal);
  return std::move(*strips);
}

GroupedGraph grouped(const Graph& network, const CompileOptions& options) {
  return make_groups(run_passes(network), options.precision);
}

double estimated_ns(const Plan& plan) {
  double sum = 0;
  for (const PlanStep& step : plan.steps) sum += step.cost_ns;
  return sum;
}

/// Whether so many strips are clearly slower than the image at once, for which there is memory. UNets are the case:
/// their strips are many rows late, the deepest layers read large weights for few rows, and enlargements have to be
/// stored.
bool whole_is_faster(const Graph& network, const GroupedGraph& strip, int64_t strips, const CompileOptions& options) {
  constexpr double kClearly = 1.12;
  constexpr int64_t kShareOfMemory = 4;
  if (options.max_memory > 0) return false;
  const Target target = make_target(options);
  ChoiceOptions choice = choice_options(options, target);
  choice.saved.reset();  // made for the whole network, whose groups need not be those of strips
  const Plan whole = draft_plan(grouped(network, options), target, choice);
  if (whole.memory_bytes() > usable_memory_bytes() / kShareOfMemory) return false;
  const Plan one = draft_plan(strip, target, choice);
  return static_cast<double>(strips) * estimated_ns(one) > kClearly * estimated_ns(whole);
}

ImageProgram whole_program(const Graph& network, ImageInfo info, const CompileOptions& options) {
  info.strip_rows = info.height;
  StripProgram program{compile_graph(network, options), {}, {}};
  info.threads = program.program.threads();
  const int64_t out_rows = info.out_height;
  return ImageProgram(
      std::shared_ptr<ImageData>(new ImageData{std::move(info), out_rows, 0, std::move(program), std::nullopt}));
}

/// Two plans for nearly the same network pack most weights alike: they are kept once.
void share_constants(const Plan& plan, Plan& other) {
  std::multimap<int64_t, const Tensor*> by_size;
  for (const Tensor& constant : plan.constants) by_size.emplace(constant.bytes(), &constant);
  for (Tensor& constant : other.constants) {
    const auto [begin, end] = by_size.equal_range(constant.bytes());
    const auto same = std::find_if(begin, end, [&](const auto& known) {
      return known.second->type() == constant.type() &&
             std::memcmp(known.second->data(), constant.data(), constant.bytes()) == 0;
    });
    if (same != end) constant = *same->second;
  }
}

ImageProgram compile_network(const Graph& network, const ImageOptions& options) {
  ImageInfo info = image_info(network);
  const bool known = options.height > 0 || options.width > 0;
  if (known && (options.height != info.height || options.width != info.width)) {
    unsupported("the network takes images of {}x{}", info.width, info.height);
  }
  info.strip_rows = fitting_rows(network, options.strip_rows);
  StreamNetwork middle = strips(network, info.strip_rows, Edges::none);
  GroupedGraph middle_groups = grouped(middle.graph, options.compile);
  const bool chosen = options.strip_rows == 0;
  const int64_t runs = ceil_div(info.out_height + middle.delay, middle.output_rows);
  if (chosen && whole_is_faster(network, middle_groups, runs, options.compile)) {
    return whole_program(network, std::move(info), options.compile);
  }
  StreamNetwork edge = strips(network, info.strip_rows, Edges::masked);
  const Target target = make_target(options.compile);
  Plan plan = plan_network(std::move(middle_groups), target, options.compile);
  std::optional<StripProgram> edge_program;
  if (!edge.edges.empty()) {
    Plan edge_plan = plan_network(grouped(edge.graph, options.compile), target, options.compile);
    share_constants(plan, edge_plan);
    edge_program = {compile_plan(std::move(edge_plan), options.compile), std::move(edge.states), std::move(edge.edges)};
  }
  StripProgram program{compile_plan(std::move(plan), options.compile), std::move(middle.states), {}};
  info.threads = program.program.threads();
  return ImageProgram(std::shared_ptr<ImageData>(
      new ImageData{std::move(info), middle.output_rows, middle.delay, std::move(program), std::move(edge_program)}));
}

struct ImageSizes {
  int64_t channels, height, width;
};

void check_size(const char* what, const ImageView& view, const ImageSizes& wanted) {
  if (view.channels == wanted.channels && view.height == wanted.height && view.width == wanted.width) return;
  usage_error("the {} is {}x{} with {} channels, the network is compiled for {}x{} with {}", what, view.width,
              view.height, view.channels, wanted.width, wanted.height, wanted.channels);
}

}  // namespace

ImageView image_of(const Tensor& tensor) {
  const Shape& shape = tensor.shape();
  if (shape.rank() != 4 || shape[0] != 1 || tensor.dtype() != DType::f32) return {};
  const int64_t plane = shape[2] * shape[3];
  return {const_cast<float*>(tensor.as<float>()), shape[1], shape[2], shape[3], plane, shape[3], 1};
}

const ImageInfo& ImageProgram::info() const {
  return data_->info;
}

const Program& ImageProgram::strip_program() const {
  return data_->middle.program;
}

Status ImageProgram::run(const RowStream& rows, const Progress& progress) const {
  return status_of([&] { run_image_rows(*data_, rows, progress); });
}

Status ImageProgram::run(const ImageView& image, const ImageView& result, const Progress& progress) const {
  return status_of([&] {
    const ImageInfo& info = data_->info;
    check_size("image", image, {info.channels, info.height, info.width});
    check_size("result", result, {info.out_channels, info.out_height, info.out_width});
    RowStream rows;
    rows.read = [&](int64_t first, int64_t count, float* planes, int64_t plane_stride) {
      copy_rows(image, first, {planes, image.channels, count, image.width, plane_stride, image.width, 1}, 0, count);
    };
    rows.write = [&](int64_t first, int64_t count, const float* planes, int64_t plane_stride) {
      auto* from = const_cast<float*>(planes);
      copy_rows({from, result.channels, count, result.width, plane_stride, result.width, 1}, 0, result, first, count);
    };
    run_image_rows(*data_, rows, progress);
  });
}

Result<ImageProgram> compile_image(const std::string& model_path, const ImageOptions& options) {
  return catch_errors([&] {
    const Graph network = run_passes(load_model(model_path, options.compile));
    return with_context(model_path, [&] { return compile_network(network, options); });
  });
}

}  // namespace convoy
