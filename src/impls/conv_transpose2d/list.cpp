// The ways to compute transposed convolutions, here those by phases (phases.h); winograd.cpp computes all phases at
// once.
#include "impls/conv_transpose2d/list.h"

#include <algorithm>

#include "impls/conv2d/few_outputs_kernel.h"
#include "impls/conv2d/int8_kernel.h"
#include "impls/conv2d/list.h"
#include "impls/conv_transpose2d/phases.h"

namespace convoy {

namespace {

const Tensor* bias_of(const Problem& problem) {
  const ValueId bias = problem.anchor_input(2);
  return bias == kAbsent ? nullptr : &*problem.graph().value(bias).constant;
}

/// Each phase by the direct kernel.
class PhasesConvTranspose2d : public Impl {
 public:
  std::string name() const override { return "conv_transpose2d_phases"; }

  Proposal propose(const Problem& problem) const override {
    if (auto why = conv_refusal(problem); !why.empty()) return Proposal::no(why);
    if (auto why = phases_refusal(problem); !why.empty()) return Proposal::no(why);
    Proposal proposal;
    proposal.output = Layout::channels_last;
    proposal.demands[problem.anchor_input(0)] = Demand::channels_last;
    proposal.packed_bytes = problem.constant_bytes(1);
    const std::vector<Phase> phases = make_phases(problem);
    for (const Phase& phase : phases) {
      proposal.cost_ns += direct_cost_ns(phase.geometry, config_of(problem, phase), problem.target);
    }
    proposal.variant = variant(problem, config_of(problem, phases.front()));
    return proposal;
  }

  Lowered lower(const Problem& problem) const override {
    return lower_phases(problem, [&](const Phase& phase) {
      const int lanes = problem.target.isa.f32_lanes();
      const DirectConfig config = config_of(problem, phase);
      const DirectKernel kernel{.geometry = phase.geometry,
                                .config = config,
                                .dst_offset = phase.dst_offset,
                                .output = phase.output,
                                .epilogue = Epilogue(problem, kDirectEpilogue),
                                .name = variant(problem, config)};
      StepSpec step = direct_step(kernel, problem.target);
      step.args = {ValueArg{problem.anchor_input(0)},
                   pack_direct_weights(phase.geometry, config, lanes, phase_weights(problem, phase)),
                   pack_direct_bias(phase.geometry, config, lanes, bias_of(problem)), ValueArg{problem.group.output}};
      step.args.insert(step.args.end(), kernel.epilogue.args().begin(), kernel.epilogue.args().end());
      return step;
    });
  }

 private:
  static DirectConfig config_of(const Problem& problem, const Phase& phase) {
    return choose_direct(phase.geometry, problem.target);
  }

  static std::string variant(const Problem& problem, const DirectConfig& config) {
    return fmt::format("conv_transpose2d_phases_{}_{}x{}_{}", problem.dtypes(), config.tile.mr, config.tile.nb,
                       problem.target.isa.name);
  }
};

/// The same phases, each by the kernel for few output channels.
class FewOutputsConvTranspose2d : public Impl {
 public:
  std::string name() const override { return "conv_transpose2d_few_outputs"; }

  Proposal propose(const Problem& problem) const override {
    if (auto why = conv_refusal(problem); !why.empty()) return Proposal::no(why);
    if (auto why = phases_refusal(problem); !why.empty()) return Proposal::no(why);
    if (varies_along_width(problem)) return Proposal::no("the epilogue reads a value for every pixel");
    Proposal proposal;
    proposal.packed_bytes = problem.constant_bytes(1);
    const std::vector<Phase> phases = make_phases(problem);
    for (const Phase& phase : phases) {
      if (auto why = few_outputs_refusal(phase.geometry, problem.target.isa); !why.empty()) return Proposal::no(why);
      proposal.cost_ns += few_outputs_cost_ns(phase.geometry, problem.target);
    }
    proposal.output = phases.front().geometry.oc <= 4 ? Layout::row_major : Layout::channels_last;
    proposal.output_demand = Demand::any;
    proposal.demands[problem.anchor_input(0)] = Demand::channels_last;
    proposal.variant = variant(problem, phases.front());
    return proposal;
  }

  Lowered lower(const Problem& problem) const override {
    return lower_phases(problem, [&](const Phase& phase) {
      const ConvGeometry& g = phase.geometry;
      const FewOutputsKernel kernel{.geometry = g,
                                    .mr = few_outputs_mr(g, problem.target.isa),
                                    .dst_offset = phase.dst_offset,
                                    .output = phase.output,
                                    .epilogue = Epilogue(problem, kDirectEpilogue),
                                    .name = variant(problem, phase)};
      StepSpec step = few_outputs_step(kernel, problem.target);
      const Tensor* bias = bias_of(problem);
      step.args = {ValueArg{problem.anchor_input(0)},
                   pack_few_outputs_weights(g, problem.target.isa, phase_weights(problem, phase)),
                   bias ? *bias : Tensor(DType::f32, Shape{g.oc}), ValueArg{problem.group.output}};
      step.args.insert(step.args.end(), kernel.epilogue.args().begin(), kernel.epilogue.args().end());
      return step;
    });
  }

 private:
  /// The pixels of a vector are not neighbours in the output, which an epilogue's operands could not follow.
  static bool varies_along_width(const Problem& problem) {
    const std::vector<ValueId>& own = problem.anchor().inputs;
    return std::ranges::any_of(problem.group.inputs, [&](ValueId id) {
      const Shape& shape = problem.type(id).shape;
      return std::ranges::find(own, id) == own.end() && shape.rank() > 0 && shape[shape.rank() - 1] > 1;
    });
  }

  static std::string variant(const Problem& problem, const Phase& phase) {
    const Isa& isa = problem.target.isa;
    return fmt::format("conv_transpose2d_few_outputs_{}_{}x{}_{}", problem.dtypes(),
                       few_outputs_mr(phase.geometry, isa), phase.geometry.oc, isa.name);
  }
};

/// Of quantised numbers.
class Int8ConvTranspose2d : public Impl {
 public:
  std::string name() const override { return "conv_transpose2d_int8"; }

  Proposal propose(const Problem& problem) const override {
    if (auto why = int8_refusal(problem); !why.empty()) return Proposal::no(why);
    if (auto why = phases_refusal(problem); !why.empty()) return Proposal::no(why);
    const std::vector<Phase> phases = make_phases(problem);
    int64_t weights_bytes = 0;
    double cost_ns = 0;
    for (const Phase& phase : phases) {
      const Int8Config config = config_of(problem, phase);
      weights_bytes += int8_weights_bytes(phase.geometry, config, problem.target.isa.f32_lanes());
      cost_ns += int8_cost_ns(phase.geometry, config, problem.target);
    }
    Proposal proposal =
        int8_proposal(problem, weights_bytes, cost_ns, variant(problem, config_of(problem, phases.front())));
    proposal.in_place = false;
    return proposal;
  }

  Lowered lower(const Problem& problem) const override {
    return lower_phases(problem, [&](const Phase& phase) {
      Int8Kernel kernel = int8_kernel(problem, phase.geometry, config_of(problem, phase), "conv_transpose2d_int8");
      kernel.dst_offset = phase.dst_offset;
      kernel.output = phase.output;
      return lower_int8(problem, kernel, phase_weights(problem, phase));
    });
  }

 private:
  static Int8Config config_of(const Problem& problem, const Phase& phase) {
    return choose_int8(phase.geometry, int8_types(problem), problem.target);
  }

  static std::string variant(const Problem& problem, const Int8Config& config) {
    return "conv_transpose2d_int8_" + int8_variant(problem, config);
  }
};

}  // namespace

const Impl& conv_transpose2d_phases() {
  static const PhasesConvTranspose2d impl;
  return impl;
}

const Impl& conv_transpose2d_few_outputs() {
  static const FewOutputsConvTranspose2d impl;
  return impl;
}

const Impl& conv_transpose2d_int8() {
  static const Int8ConvTranspose2d impl;
  return impl;
}

const ImplList& conv_transpose2d_impls() {
  static const ImplList list = [] {
    ImplList all = {&conv_transpose2d_few_outputs()};
    for (int m = 6; m >= 2; --m) all.push_back(&conv_transpose2d_winograd(m));
    all.push_back(&conv_transpose2d_phases());
    all.push_back(&conv_transpose2d_int8());
    return all;
  }();
  return list;
}

}  // namespace convoy
