// Matrix product with constant right-hand side, packed at compile time: the rows of the left side are the
// pixels of a 1x1 convolution (direct_kernel.h). With one row it streams the weights once, bound by memory.
#include "impls/conv2d/direct_kernel.h"
#include "impls/conv2d/list.h"
#include "impls/matmul/geometry.h"
#include "impls/matmul/list.h"

namespace convoy {

namespace {

class PackedMatMul : public Impl {
 public:
  std::string name() const override { return "matmul_packed"; }

  Proposal propose(const Problem& problem) const override {
    if (auto why = conv_refusal(problem); !why.empty()) return Proposal::no(why);
    if (auto why = matmul_refusal(problem); !why.empty()) return Proposal::no(why);
    const ConvGeometry g = matmul_geometry(problem);
    const DirectConfig config = choose_direct(g, problem.target);
    Proposal proposal;
    proposal.output = Layout::row_major;
    proposal.demands[problem.anchor_input(0)] = Demand::row_major;
    proposal.packed_bytes = problem.constant_bytes(1) / config.step_channels();
    proposal.cost_ns = direct_cost_ns(g, config, problem.target);
    proposal.variant = variant(problem, config);
    return proposal;
  }

  Lowered lower(const Problem& problem) const override {
    const ConvGeometry g = matmul_geometry(problem);
    const DirectConfig config = choose_direct(g, problem.target);
    const int lanes = problem.target.isa.f32_lanes();
    DirectKernel kernel{.geometry = g,
                        .config = config,
                        .epilogue = Epilogue(problem, kDirectEpilogue),
                        .name = variant(problem, config)};
    kernel.output = matmul_output(problem.type(problem.group.output).shape.rank());
    StepSpec step = direct_step(kernel, problem.target);
    step.args = {ValueArg{problem.anchor_input(0)}, pack_direct_weights(g, config, lanes, matmul_weights(problem, g)),
                 pack_direct_bias(g, config, lanes, nullptr), ValueArg{problem.group.output}};
    step.args.insert(step.args.end(), kernel.epilogue.args().begin(), kernel.epilogue.args().end());
    return {{std::move(step)}, {}};
  }

 private:
  static std::string variant(const Problem& problem, const DirectConfig& config) {
    return fmt::format("matmul_packed_{}_{}x{}_{}", problem.dtypes(), config.tile.mr, config.tile.nb,
                       problem.target.isa.name);
  }
};

}  // namespace

const Impl& matmul_packed() {
  static const PackedMatMul impl;
  return impl;
}

const ImplList& matmul_impls() {
  static const ImplList list = {&matmul_unpacked(), &matmul_packed(), &matmul_int8()};
  return list;
}

}  // namespace convoy
