#include "impls/conv2d/geometry.h"

#include "ops/conv2d.h"

namespace convoy {

bool WindowAxis::borderless() const {
  return inside(0, 0) && inside(0, taps - 1) && inside(out - 1, 0) && inside(out - 1, taps - 1);
}

std::string WindowAxis::key() const {
  return fmt::format("{},{},{},{},{},{}", out, in, taps, stride, base, step);
}

std::string ConvGeometry::key() const {
  return fmt::format("n{} g{} ic{} oc{} h{} w{} src{} dst{}", batch, groups, ic, oc, h.key(), w.key(),
                     attribute_text(src), attribute_text(dst));
}

ConvGeometry conv_geometry(const Problem& problem) {
  const Conv2d& op = *op_cast<Conv2d>(*problem.anchor().op);
  const Shape& src = problem.type(problem.anchor_input(0)).shape;
  const Shape& weights = problem.type(problem.anchor_input(1)).shape;
  const TensorType& dst = problem.type(problem.group.output);
  ConvGeometry g;
  g.batch = src[0];
  g.groups = op.group;
  g.ic = weights[1];
  g.oc = weights[0] / op.group;
  WindowAxis* axes[] = {&g.h, &g.w};
  for (int axis = 0; axis < 2; ++axis) {
    *axes[axis] = {dst.shape[2 + axis],     src[2 + axis],         weights[2 + axis],
                   op.window.strides[axis], -op.window.pads[axis], op.window.dilations[axis]};
  }
  auto src_view = problem.views.find(problem.anchor_input(0));
  g.src = src_view != problem.views.end()
              ? src_view->second.strides
              : TensorView::contiguous(problem.type(problem.anchor_input(0)), Layout::channels_last).strides;
  auto dst_view = problem.views.find(problem.group.output);
  g.src_bf16 = problem.is_bf16(problem.anchor_input(0));
  g.dst_bf16 = problem.is_bf16(problem.group.output);
  g.dst =
      (dst_view != problem.views.end() ? dst_view->second : TensorView::contiguous(dst, Layout::channels_last)).strides;
  return g;
}

std::string conv_detail(const Problem& problem) {
  const ConvGeometry g = conv_geometry(problem);
  std::string text = fmt::format("{}x{}", g.h.taps, g.w.taps);
  if (g.h.stride != 1 || g.w.stride != 1) text += fmt::format(" s{}", std::max(g.h.stride, g.w.stride));
  if (g.h.step != 1 || g.w.step != 1) text += fmt::format(" d{}", std::max(g.h.step, g.w.step));
  if (g.groups != 1) text += fmt::format(" g{}", g.groups);
  return text;
}

}  // namespace convoy
