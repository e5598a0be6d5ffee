#include "impls/matmul/geometry.h"

namespace convoy {

const MatMul& matmul_op(const Problem& problem) {
  return *op_cast<MatMul>(*problem.anchor().op);
}

ConvGeometry matmul_geometry(const Problem& problem) {
  const MatMul& op = matmul_op(problem);
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

OutputIndex matmul_output(int rank) {
  return {.rank = rank, .n_axis = rank == 4 ? 0 : -1, .c_axis = rank - 1, .h_axis = rank - 3, .w_axis = rank - 2};
}

WeightSource matmul_weights(const Problem& problem, const ConvGeometry& g) {
  const bool transposed = matmul_op(problem).trans_b;
  return {.weights = *problem.graph().value(problem.anchor_input(1)).constant,
          .o_stride = transposed ? g.ic : 1,
          .i_stride = transposed ? 1 : g.oc};
}

std::string matmul_refusal(const Problem& problem) {
  const Shape& a = problem.type(problem.anchor_input(0)).shape;
  const Shape& b = problem.type(problem.anchor_input(1)).shape;
  if (b.rank() != 2) return "the right-hand side is not one matrix";
  if (a.rank() < 2 || a.rank() > 4) return "the left-hand side has rank " + std::to_string(a.rank());
  return "";
}

}  // namespace convoy
