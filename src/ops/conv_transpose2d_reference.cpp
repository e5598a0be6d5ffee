#include "ops/conv_transpose2d.h"
#include "ops/float_values.h"
#include "ops/index.h"

namespace convoy {
namespace {

/// Adds one channel of src, scattered through its kernel, to one channel of dst.
template <class T>
void scatter(const Window2d& window, const Extent2d& src_plane, const T* src, const Extent2d& kernel, const T* weights,
             const Extent2d& dst_plane, std::vector<double>& dst) {
  for_each_index({src_plane.h, src_plane.w, kernel.h, kernel.w}, [&](std::span<const int64_t> index) {
    const auto [ih, iw, kh, kw] = std::array{index[0], index[1], index[2], index[3]};
    const int64_t y = ih * window.strides[0] - window.pads[0] + kh * window.dilations[0];
    const int64_t x = iw * window.strides[1] - window.pads[1] + kw * window.dilations[1];
    if (y < 0 || y >= dst_plane.h || x < 0 || x >= dst_plane.w) return;
    dst[y * dst_plane.w + x] +=
        static_cast<double>(src[ih * src_plane.w + iw]) * static_cast<double>(weights[kh * kernel.w + kw]);
  });
}

template <class T>
void convolve(const ConvTranspose2d& op, const Tensor& src, const Tensor& weights, const std::vector<double>& bias,
              Tensor& dst) {
  const Shape &in = src.shape(), &filter = weights.shape(), &out = dst.shape();
  const Extent2d src_plane{in[2], in[3]}, kernel{filter[2], filter[3]}, dst_plane{out[2], out[3]};
  const int64_t per_group = in[1] / op.group;
  T* to = dst.as<T>();
  for_each_index({out[0], out[1]}, [&](std::span<const int64_t> index) {
    const int64_t n = index[0], oc = index[1], first = oc / filter[1] * per_group;
    std::vector<double> plane(out[2] * out[3], bias[oc]);
    for (int64_t ic = first; ic < first + per_group; ++ic) {
      scatter(op.window, src_plane, src.as<T>() + (n * in[1] + ic) * in[2] * in[3], kernel,
              weights.as<T>() + (ic * filter[1] + oc % filter[1]) * filter[2] * filter[3], dst_plane, plane);
    }
    for (double value : plane) *to++ = convert_to<T>(value);
  });
}

}  // namespace

void ConvTranspose2d::reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const {
  const Tensor &src = *inputs[0], &weights = *inputs[1];
  const Tensor* bias = inputs.size() > 2 ? inputs[2] : nullptr;
  const std::vector<double> biases = to_doubles_or(bias, outputs[0].shape()[1], 0);
  visit_float(src.dtype(), [&]<class T>() { convolve<T>(*this, src, weights, biases, outputs[0]); });
}

}  // namespace convoy
