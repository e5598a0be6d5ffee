#include "impls/conv2d/polyphase.h"

#include "impls/copy/memory_cost.h"
#include "impls/copy/strided_copy.h"
#include "support/int_math.h"

namespace convoy {

namespace {

WindowAxis unstrided(const WindowAxis& axis) {
  const int64_t first = floor_div(axis.base, axis.stride);
  const int64_t last = floor_div(axis.base + axis.taps - 1, axis.stride);
  return {axis.out, ceil_div(axis.in, axis.stride), last - first + 1, 1, first, 1};
}

/// A run of an axis's phases that are alike, and their pixels from `first` on.
struct Piece {
  int64_t phase = 0, phases = 0;
  int64_t first = 0, pixels = 0;
  bool exists = true;  ///< false: beyond the input
};

std::vector<Piece> pieces_of(const WindowAxis& axis) {
  const int64_t whole = axis.in / axis.stride, rest = axis.in % axis.stride;
  std::vector<Piece> pieces;
  if (whole > 0) pieces.push_back({0, axis.stride, 0, whole, true});
  if (rest > 0) pieces.push_back({0, rest, whole, 1, true});
  if (rest > 0) pieces.push_back({rest, axis.stride - rest, whole, 1, false});
  return pieces;
}

/// Axes N, p_h, p_w, C, rows, columns.
CopyProblem piece_copy(const ConvGeometry& g, const Piece& h, const Piece& w) {
  const TensorView whole = polyphase_view(g);
  const Shape shape{g.batch, h.phases, w.phases, g.ic, h.pixels, w.pixels};
  CopyProblem copy;
  copy.dst.view = {DType::f32, shape, {whole.stride(0), g.w.stride * g.ic, g.ic, 1, whole.stride(2), whole.stride(3)}};
  copy.dst.offset_elems =
      (h.phase * g.w.stride + w.phase) * g.ic + h.first * whole.stride(2) + w.first * whole.stride(3);
  copy.src.view = {g.src_bf16 ? DType::bf16 : DType::f32,
                   shape,
                   {g.src[0], g.src[2], g.src[3], g.src[1], g.h.stride * g.src[2], g.w.stride * g.src[3]}};
  copy.src.offset_elems = (h.first * g.h.stride + h.phase) * g.src[2] + (w.first * g.w.stride + w.phase) * g.src[3];
  return copy;
}

}  // namespace

ConvGeometry polyphase(const ConvGeometry& g) {
  ConvGeometry result = g;
  result.ic = g.ic * g.h.stride * g.w.stride;
  result.h = unstrided(g.h);
  result.w = unstrided(g.w);
  return result;
}

Tensor polyphase_weights(const ConvGeometry& g, const Tensor& weights) {
  const ConvGeometry phases = polyphase(g);
  Tensor result(DType::f32, Shape{g.oc, phases.ic, phases.h.taps, phases.w.taps});
  const float* from = weights.as<float>();
  for (int64_t row = 0; row < g.oc * g.ic; ++row) {
    const int64_t o = row / g.ic, c = row % g.ic;
    for (int64_t y = 0; y < g.h.taps; ++y) {
      const int64_t q_h = floor_div(g.h.base + y, g.h.stride), p_h = g.h.base + y - q_h * g.h.stride;
      for (int64_t x = 0; x < g.w.taps; ++x) {
        const int64_t q_w = floor_div(g.w.base + x, g.w.stride), p_w = g.w.base + x - q_w * g.w.stride;
        const int64_t channel = (p_h * g.w.stride + p_w) * g.ic + c;
        const int64_t tap = (q_h - phases.h.base) * phases.w.taps + q_w - phases.w.base;
        result.as<float>()[(o * phases.ic + channel) * phases.h.taps * phases.w.taps + tap] = *from++;
      }
    }
  }
  return result;
}

TensorView polyphase_view(const ConvGeometry& g) {
  const ConvGeometry phases = polyphase(g);
  return TensorView::contiguous({DType::f32, Shape{g.batch, phases.ic, phases.h.in, phases.w.in}},
                                Layout::channels_last);
}

std::vector<StepSpec> polyphase_copies(const ConvGeometry& g, const StepArg& src, const StepArg& dst,
                                       const Target& target) {
  std::vector<StepSpec> steps;
  for (const Piece& h : pieces_of(g.h)) {
    for (const Piece& w : pieces_of(g.w)) {
      CopyProblem copy = piece_copy(g, h, w);
      copy.src_arg = src;
      copy.dst_arg = dst;
      if (!h.exists || !w.exists) {
        copy.src = {{DType::f32, copy.dst.view.shape, std::vector<int64_t>(6, 0)}, 0};
        copy.src_arg = Tensor(DType::f32, Shape{1});
      }
      for (StepSpec& step : lower_strided_copy(copy, target)) {
        step.suffix = steps.empty() ? ".phases" : fmt::format(".phases{}", steps.size());
        step.macs_share = 0;
        steps.push_back(std::move(step));
      }
    }
  }
  return steps;
}

double polyphase_copies_ns(const ConvGeometry& g, const Target& target) {
  const CopyProblem copy = piece_copy(g, pieces_of(g.h).front(), pieces_of(g.w).front());
  return parallel_ns(strided_copy_cost_ns(copy.src.view, copy.dst.view, target), target);
}

}  // namespace convoy
