#include "impls/conv2d/depthwise_step.h"

#include "impls/conv2d/list.h"
#include "support/int_math.h"

namespace convoy {

bool is_depthwise(const ConvGeometry& g) {
  return g.groups > 1 && g.ic == 1 && g.oc == 1;
}

Tensor pack_depthwise_weights(const Problem& problem, const ConvGeometry& g) {
  const int lanes = problem.target.isa.f32_lanes();
  const float* weights = problem.graph().value(problem.anchor_input(1)).constant->as<float>();
  const int64_t taps = g.h.taps * g.w.taps;
  Tensor packed(DType::f32, Shape{ceil_div(g.groups, lanes), taps, lanes});
  for (int64_t c = 0; c < g.groups; ++c) {
    for (int64_t t = 0; t < taps; ++t) {
      packed.as<float>()[(c / lanes * taps + t) * lanes + c % lanes] = weights[c * taps + t];
    }
  }
  return packed;
}

Proposal propose_depthwise(const Problem& problem, const DepthwiseKernel& kernel) {
  Proposal proposal;
  proposal.output = Layout::channels_last;
  proposal.demands[problem.anchor_input(0)] = Demand::channels_last;
  proposal.packed_bytes = problem.constant_bytes(1);
  proposal.cost_ns = kernel.cost_ns;
  proposal.variant = kernel.name;
  return proposal;
}

Lowered lower_depthwise(const Problem& problem, const ConvGeometry& g, const DepthwiseKernel& kernel, Tensor weights) {
  const Epilogue epilogue(problem, kEpilogueArgs);
  StepSpec step;
  step.kernel = {.name = kernel.name,
                 .key = g.key() + epilogue.key(),
                 .arg_count = kEpilogueArgs + static_cast<int>(epilogue.args().size()),
                 .emit = [emit = kernel.emit, epilogue](KernelBuilder& b) { emit(b, epilogue); }};
  step.rows = g.batch * g.h.out;
  step.cols = ceil_div(g.groups, kernel.vector_channels);
  step.cost_ns = kernel.cost_ns * problem.target.threads;
  step.args = {ValueArg{problem.anchor_input(0)}, std::move(weights),
               padded_bias(problem, round_up(g.groups, kernel.vector_channels)), ValueArg{problem.group.output}};
  step.args.insert(step.args.end(), epilogue.args().begin(), epilogue.args().end());
  return {{std::move(step)}, {}};
}

}  // namespace convoy
