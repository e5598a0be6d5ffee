#include "impls/conv_transpose2d/all_phases.h"

#include "ops/conv_transpose2d.h"
#include "support/int_math.h"

namespace convoy {

namespace {

const ConvTranspose2d& op_of(const Problem& problem) {
  return *op_cast<ConvTranspose2d>(*problem.anchor().op);
}

std::vector<int64_t> strides_of(const Problem& problem, ValueId id) {
  const auto view = problem.views.find(id);
  return view != problem.views.end() ? view->second.strides
                                     : TensorView::contiguous(problem.type(id), Layout::channels_last).strides;
}

WindowAxis axis_of(int64_t out, int64_t in, int64_t kernel, int64_t stride, int64_t pad) {
  const int64_t taps = ceil_div(kernel, stride);
  return {.out = ceil_div(out + pad % stride, stride),
          .in = in,
          .taps = taps,
          .stride = 1,
          .base = pad / stride - (taps - 1),
          .step = 1};
}

/// Phases that have the window's first tap, which is the kernel's last.
int64_t whole_phases(int64_t kernel, int64_t stride) {
  return kernel % stride == 0 ? stride : kernel % stride;
}

}  // namespace

std::string all_phases_refusal(const Problem& problem) {
  const ConvTranspose2d& op = op_of(problem);
  const Shape& weights = problem.type(problem.anchor_input(1)).shape;
  if (op.group != 1) return "grouped";
  if (op.window.dilations[0] != 1 || op.window.dilations[1] != 1) return "dilated";
  if (weights[2] <= op.window.strides[0] && weights[3] <= op.window.strides[1])
    return "the window is no larger than the stride";
  return "";
}

AllPhases all_phases(const Problem& problem) {
  const Window2d& window = op_of(problem).window;
  const Shape& src = problem.type(problem.anchor_input(0)).shape;
  const Shape& weights = problem.type(problem.anchor_input(1)).shape;
  const Shape& dst = problem.type(problem.group.output).shape;
  const SubPixels sub_pixels{.h = window.strides[0],
                             .w = window.strides[1],
                             .crop_h = window.pads[0] % window.strides[0],
                             .crop_w = window.pads[1] % window.strides[1],
                             .rows = dst[2],
                             .columns = dst[3],
                             .channels = dst[1],
                             .whole_h = whole_phases(weights[2], window.strides[0]),
                             .whole_w = whole_phases(weights[3], window.strides[1])};
  const ConvGeometry geometry{.batch = src[0],
                              .ic = src[1],
                              .oc = sub_pixels.kernel_channels(problem.target.isa.f32_lanes()),
                              .h = axis_of(dst[2], src[2], weights[2], window.strides[0], window.pads[0]),
                              .w = axis_of(dst[3], src[3], weights[3], window.strides[1], window.pads[1]),
                              .src = strides_of(problem, problem.anchor_input(0)),
                              .dst = strides_of(problem, problem.group.output),
                              .src_bf16 = problem.is_bf16(problem.anchor_input(0)),
                              .dst_bf16 = problem.is_bf16(problem.group.output)};
  return {geometry, sub_pixels};
}

Tensor all_phases_weights(const AllPhases& phases, const Tensor& weights, int lanes) {
  const ConvGeometry& g = phases.geometry;
  const SubPixels& sub = phases.sub_pixels;
  const Shape& shape = weights.shape();  // I, O, KH, KW
  Tensor result(DType::f32, Shape{g.oc, g.ic, g.h.taps, g.w.taps});
  const float* from = weights.as<float>();
  for (int64_t row = 0; row < shape[0] * shape[1]; ++row) {
    const int64_t i = row / shape[1], o = row % shape[1];
    for (int64_t y = 0; y < shape[2]; ++y) {
      for (int64_t x = 0; x < shape[3]; ++x) {
        const int64_t sub_pixel = y % sub.h * sub.w + x % sub.w;
        const int64_t channel = sub.channel(sub_pixel, o, lanes);
        const int64_t tap_h = g.h.taps - 1 - y / sub.h, tap_w = g.w.taps - 1 - x / sub.w;
        result.as<float>()[((channel * g.ic + i) * g.h.taps + tap_h) * g.w.taps + tap_w] = *from++;
      }
    }
  }
  return result;
}

Tensor all_phases_bias(const AllPhases& phases, const Tensor* bias, int lanes) {
  Tensor result(DType::f32, Shape{round_up(phases.geometry.oc, lanes)});
  for (int64_t sub_pixel = 0; bias && sub_pixel < phases.sub_pixels.count(); ++sub_pixel) {
    for (int64_t o = 0; o < bias->elems(); ++o)
      result.as<float>()[phases.sub_pixels.channel(sub_pixel, o, lanes)] = bias->as<float>()[o];
  }
  return result;
}

}  // namespace convoy
