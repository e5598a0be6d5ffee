// Matrix products of quantised numbers with a constant right-hand side; see int8_kernel.h.
#include "impls/conv2d/int8_kernel.h"
#include "impls/matmul/geometry.h"
#include "impls/matmul/list.h"

namespace convoy {

namespace {

class Int8MatMul : public Impl {
 public:
  std::string name() const override { return "matmul_int8"; }

  Proposal propose(const Problem& problem) const override {
    if (auto why = int8_refusal(problem); !why.empty()) return Proposal::no(why);
    if (auto why = matmul_refusal(problem); !why.empty()) return Proposal::no(why);
    if (matmul_op(problem).trans_a) return Proposal::no("the left-hand side is transposed");
    const ConvGeometry g = matmul_geometry(problem);
    const Int8Config config = choose_int8(g, int8_types(problem), problem.target);
    Proposal proposal = int8_proposal(problem, int8_weights_bytes(g, config, problem.target.isa.f32_lanes()),
                                      int8_cost_ns(g, config, problem.target), variant(problem, config));
    proposal.output = Layout::row_major;
    proposal.demands[problem.anchor_input(0)] = Demand::row_major;
    return proposal;
  }

  Lowered lower(const Problem& problem) const override {
    const ConvGeometry g = matmul_geometry(problem);
    const Int8Config config = choose_int8(g, int8_types(problem), problem.target);
    Int8Kernel kernel = int8_kernel(problem, g, config, "matmul_int8");
    kernel.output = matmul_output(problem.type(problem.group.output).shape.rank());
    return {{lower_int8(problem, kernel, matmul_weights(problem, g))}, {}};
  }

 private:
  static std::string variant(const Problem& problem, const Int8Config& config) {
    return "matmul_int8_" + int8_variant(problem, config);
  }
};

}  // namespace

const Impl& matmul_int8() {
  static const Int8MatMul impl;
  return impl;
}

}  // namespace convoy
