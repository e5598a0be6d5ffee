// Convolutions of quantised numbers; see int8_kernel.h.
#include "impls/conv2d/int8_kernel.h"
#include "impls/conv2d/list.h"
#include "ops/conv2d.h"
#include "ops/conv_transpose2d.h"
#include "ops/matmul.h"

namespace convoy {

std::string int8_refusal(const Problem& problem) {
  const Graph& graph = problem.graph();
  if (problem.type(problem.anchor().outputs[0]).dtype != DType::i32) return "no sums of bytes";
  if (!graph.is_constant(problem.anchor_input(1))) return "weights are computed at run time";
  const ValueId bias = problem.anchor_input(2);
  if (bias != kAbsent && !graph.is_constant(bias)) return "bias is computed at run time";
  if (problem.type(problem.group.output).shape.elems() == 0) return "empty output";
  return Epilogue::refusal(problem);
}

Int8Types int8_types(const Problem& problem) {
  const Op& op = *problem.anchor().op;
  Int8Types types{.src = problem.type(problem.anchor_input(0)).dtype,
                  .weights = problem.type(problem.anchor_input(1)).dtype,
                  .zeros = {}};
  if (const auto* matmul = op_cast<MatMul>(op)) types.zeros = matmul->zeros;
  if (const auto* conv = op_cast<Conv2d>(op)) types.zeros = conv->zeros;
  if (const auto* conv = op_cast<ConvTranspose2d>(op)) types.zeros = conv->zeros;
  return types;
}

Proposal int8_proposal(const Problem& problem, int64_t weights_bytes, double cost_ns, std::string variant) {
  Proposal proposal;
  proposal.output = Layout::channels_last;
  proposal.in_place = true;
  proposal.demands[problem.anchor_input(0)] = Demand::channels_last;
  proposal.packed_bytes = weights_bytes;
  proposal.cost_ns = cost_ns;
  proposal.variant = std::move(variant);
  return proposal;
}

Int8Kernel int8_kernel(const Problem& problem, const ConvGeometry& g, const Int8Config& config, const char* prefix) {
  return {.geometry = g,
          .config = config,
          .dst_type = problem.type(problem.group.output).dtype,
          .dst_offset = 0,
          .output = {},
          .epilogue = Epilogue(problem, kDirectEpilogue),
          .name = fmt::format("{}_{}", prefix, int8_variant(problem, config))};
}

StepSpec lower_int8(const Problem& problem, const Int8Kernel& kernel, const WeightSource& source) {
  const Int8Types types = int8_types(problem);
  const int lanes = problem.target.isa.f32_lanes();
  StepSpec step = int8_step(kernel, problem.target);
  const ValueId bias = problem.anchor_input(2);
  const Tensor* given = bias == kAbsent ? nullptr : &*problem.graph().value(bias).constant;
  step.args = {
      ValueArg{problem.anchor_input(0)}, pack_int8_weights(kernel.geometry, kernel.config, types, lanes, source),
      pack_int8_bias(kernel.geometry, kernel.config, types, lanes, source, given), ValueArg{problem.group.output}};
  step.args.insert(step.args.end(), kernel.epilogue.args().begin(), kernel.epilogue.args().end());
  return step;
}

std::string int8_variant(const Problem& problem, const Int8Config& config) {
  const char* terms = config.terms == Terms::byte_quads ? "quads" : "pairs";
  return fmt::format("{}_{}_{}x{}_{}", to_string(problem.type(problem.anchor_input(0)).dtype), terms, config.tile.mr,
                     config.tile.nb, problem.target.isa.name);
}

namespace {

WeightSource weights_of(const Problem& problem, const ConvGeometry& g) {
  WeightSource source{.weights = *problem.graph().value(problem.anchor_input(1)).constant,
                      .i_stride = g.h.taps * g.w.taps,
                      .y_offsets = {},
                      .x_offsets = {}};
  source.o_stride = g.ic * source.i_stride;
  source.group_stride = g.oc * source.o_stride;
  for (int64_t y = 0; y < g.h.taps; ++y) source.y_offsets.push_back(y * g.w.taps);
  for (int64_t x = 0; x < g.w.taps; ++x) source.x_offsets.push_back(x);
  return source;
}

class Int8Conv2d : public Impl {
 public:
  std::string name() const override { return "conv2d_int8"; }

  Proposal propose(const Problem& problem) const override {
    if (auto why = int8_refusal(problem); !why.empty()) return Proposal::no(why);
    const ConvGeometry g = conv_geometry(problem);
    if (g.ic == 1 && g.oc == 1 && g.groups > 1) return Proposal::no("depthwise");
    const Int8Config config = choose_int8(g, int8_types(problem), problem.target);
    return int8_proposal(problem, int8_weights_bytes(g, config, problem.target.isa.f32_lanes()),
                         int8_cost_ns(g, config, problem.target), "conv2d_int8_" + int8_variant(problem, config));
  }

  Lowered lower(const Problem& problem) const override {
    const ConvGeometry g = conv_geometry(problem);
    const Int8Config config = choose_int8(g, int8_types(problem), problem.target);
    const Int8Kernel kernel = int8_kernel(problem, g, config, "conv2d_int8");
    return {{lower_int8(problem, kernel, weights_of(problem, g))}, {}};
  }
};

}  // namespace

const Impl& conv2d_int8() {
  static const Int8Conv2d impl;
  return impl;
}

}  // namespace convoy
