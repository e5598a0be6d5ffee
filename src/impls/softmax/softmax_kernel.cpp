#include "impls/softmax/softmax_kernel.h"

#include <optional>

#include "ops/checks.h"
#include "ops/softmax.h"

namespace convoy {

std::string SoftmaxKernel::key() const {
  return fmt::format("log{} axis{}:{} {} dst{}", log, axis, extent, loop_key(others), attribute_text(dst)) +
         epilogue.key();
}

namespace {

int softmax_axis(const Problem& problem) {
  return resolve_axis(op_cast<Softmax>(*problem.anchor().op)->axis, problem.type(problem.anchor_input(0)).shape.rank());
}

/// The layout in which the axis is innermost; nothing when there is none.
std::optional<Layout> layout_for(const Shape& shape, int axis) {
  bool last = true;
  for (int i = axis + 1; i < shape.rank(); ++i) last = last && shape[i] == 1;
  if (last) return Layout::row_major;
  if (axis == 1) return Layout::channels_last;
  return std::nullopt;
}

}  // namespace

SoftmaxKernel make_softmax(const Problem& problem) {
  const TensorView &src = problem.view(problem.anchor_input(0)), &dst = problem.view(problem.group.output);
  SoftmaxKernel k{.log = op_cast<Softmax>(*problem.anchor().op)->log,
                  .axis = softmax_axis(problem),
                  .dst = dst.strides,
                  .epilogue = Epilogue(problem, 2)};
  k.extent = src.shape[k.axis];
  for (int axis = 0; axis < src.rank(); ++axis) {
    if (axis == k.axis || src.shape[axis] == 1) continue;
    k.others.push_back({axis, src.shape[axis], {src.stride(axis), dst.stride(axis)}});
  }
  return k;
}

Proposal propose_softmax(const Problem& problem) {
  if (auto why = Epilogue::refusal(problem); !why.empty()) return Proposal::no(why);
  const ValueId src = problem.anchor_input(0);
  for (ValueId id : {src, problem.group.output}) {
    if (problem.type(id).dtype != DType::f32) return Proposal::no("not f32");
    if (problem.type(id).shape.elems() == 0) return Proposal::no("no elements");
  }
  const std::optional<Layout> layout = layout_for(problem.type(src).shape, softmax_axis(problem));
  if (!layout) return Proposal::no("the axis is innermost in no layout");
  Proposal proposal;
  proposal.output = *layout;
  proposal.demands[src] = *layout == Layout::row_major ? Demand::row_major : Demand::channels_last;
  return proposal;
}

StepSpec softmax_step(const Problem& problem, const SoftmaxKernel& kernel) {
  StepSpec step;
  step.kernel.key = kernel.key();
  step.kernel.arg_count = 2 + static_cast<int>(kernel.epilogue.args().size());
  step.args = {ValueArg{problem.anchor_input(0)}, ValueArg{problem.group.output}};
  step.args.insert(step.args.end(), kernel.epilogue.args().begin(), kernel.epilogue.args().end());
  return step;
}

SoftmaxSize softmax_size(const Problem& problem) {
  const Shape& shape = problem.type(problem.anchor_input(0)).shape;
  const int axis = softmax_axis(problem);
  SoftmaxSize size{.rows = shape.elems() / shape[axis], .extent = shape[axis]};
  for (int i = shape.rank() - 1; i >= 0 && size.line == 1; --i) {
    if (i != axis) size.line = shape[i];
  }
  return size;
}

}  // namespace convoy
