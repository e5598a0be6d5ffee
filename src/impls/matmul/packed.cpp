// Matrix product with constant right-hand side, packed at compile time: the rows of the left side are the
// pixels of a 1x1 convolution (direct_kernel.h). With one row it streams the weights once, bound by memory.
#include "impls/conv2d/direct_kernel.h"
#include "impls/conv2d/list.h"
#include "impls/matmul/list.h"
#include "ops/matmul.h"

namespace convoy {

namespace {

const MatMul& op_of(const Problem& problem) {
  return *op_cast<MatMul>(*problem.anchor().op);
}

/// a: rank 2 to 4 with axes (N, H,) M, K; dst: (N, H,) M, OC.
ConvGeometry matmul_geometry(const Problem& problem) {
  const MatMul& op = op_of(problem);
  const TensorType& a = problem.type(problem.anchor_input(0));
  const TensorType& dst = problem.type(problem.group.output);
  const int rank = dst.shape.rank();
  auto view_strides = [&](ValueId id) {
    auto view = problem.views.find(id);
    return view != problem.views.end() ? view->second.strides
                                       : TensorView::contiguous(problem.type(id), Layout::row_major).strides;
  };
  std::vector<int64_t> src = view_strides(problem.anchor_input(0)), out = view_strides(problem.group.output);
  ConvGeometry g;
  g.oc = dst.shape[rank - 1];
  g.ic = a.shape[op.trans_a ? rank - 2 : rank - 1];
  g.w.out = g.w.in = dst.shape[rank - 2];
  g.src_bf16 = problem.is_bf16(problem.anchor_input(0));
  g.dst_bf16 = problem.is_bf16(problem.group.output);
  g.src_transposed = op.trans_a;
  if (op.trans_a) std::swap(src[rank - 1], src[rank - 2]);
  g.src = {0, src[rank - 1], 0, src[rank - 2]};
  g.dst = {0, out[rank - 1], 0, out[rank - 2]};
  if (rank >= 3) {
    g.h.out = g.h.in = dst.shape[rank - 3];
    g.src[2] = src[rank - 3];
    g.dst[2] = out[rank - 3];
  }
  if (rank == 4) {
    g.batch = dst.shape[0];
    g.src[0] = src[0];
    g.dst[0] = out[0];
  }
  return g;
}

std::string refusal(const Problem& problem) {
  if (auto why = conv_refusal(problem); !why.empty()) return why;
  const Shape& a = problem.type(problem.anchor_input(0)).shape;
  const Shape& b = problem.type(problem.anchor_input(1)).shape;
  if (b.rank() != 2) return "the right-hand side is not one matrix";
  if (a.rank() < 2 || a.rank() > 4) return "the left-hand side has rank " + std::to_string(a.rank());
  return "";
}

class PackedMatMul : public Impl {
 public:
  std::string name() const override { return "matmul_packed"; }

  Proposal propose(const Problem& problem) const override {
    if (auto why = refusal(problem); !why.empty()) return Proposal::no(why);
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
    const MatMul& op = op_of(problem);
    const ConvGeometry g = matmul_geometry(problem);
    const DirectConfig config = choose_direct(g, problem.target);
    const int lanes = problem.target.isa.f32_lanes();
    const int rank = problem.type(problem.group.output).shape.rank();
    DirectKernel kernel{.geometry = g,
                        .config = config,
                        .epilogue = Epilogue(problem, kDirectEpilogue),
                        .name = variant(problem, config)};
    kernel.output = {
        .rank = rank, .n_axis = rank == 4 ? 0 : -1, .c_axis = rank - 1, .h_axis = rank - 3, .w_axis = rank - 2};
    StepSpec step = direct_step(kernel, problem.target);
    const Tensor& b = *problem.graph().value(problem.anchor_input(1)).constant;
    const WeightSource source{.weights = b, .o_stride = op.trans_b ? g.ic : 1, .i_stride = op.trans_b ? 1 : g.oc};
    step.args = {ValueArg{problem.anchor_input(0)}, pack_direct_weights(g, config, lanes, source),
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
  static const ImplList list = {&matmul_unpacked(), &matmul_packed()};
  return list;
}

}  // namespace convoy
