#include "ops/conv2d.h"
#include "ops/float_values.h"
#include "ops/index.h"

namespace convoy {
namespace {

template <class T>
void convolve(const Conv2d& op, const Tensor& src, const Tensor& weights, const std::vector<double>& bias,
              Tensor& dst) {
  const Shape &in = src.shape(), &kernel = weights.shape();
  const int64_t channels = kernel[1], src_plane = in[2] * in[3], kernel_plane = kernel[2] * kernel[3];
  const int64_t out_per_group = kernel[0] / op.group;
  T* out = dst.as<T>();
  for_each_index(dst.shape(), [&](std::span<const int64_t> index) {
    const int64_t n = index[0], oc = index[1], first_channel = oc / out_per_group * channels;
    const T* image = src.as<T>() + (n * in[1] + first_channel) * src_plane;
    const T* filter = weights.as<T>() + oc * channels * kernel_plane;
    double sum = bias[oc];
    for_each_tap(op.window, {kernel[2], kernel[3]}, {in[2], in[3]}, index[2], index[3],
                 [&](int64_t kh, int64_t kw, int64_t y, int64_t x) {
                   const T* from = image + y * in[3] + x;
                   const T* weight = filter + kh * kernel[3] + kw;
                   for (int64_t ic = 0; ic < channels; ++ic) {
                     sum += static_cast<double>(from[ic * src_plane]) * static_cast<double>(weight[ic * kernel_plane]);
                   }
                 });
    *out++ = convert_to<T>(sum);
  });
}

}  // namespace

void Conv2d::reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const {
  const Tensor &src = *inputs[0], &weights = *inputs[1];
  const Tensor* bias = inputs.size() > 2 ? inputs[2] : nullptr;
  const std::vector<double> biases = to_doubles_or(bias, weights.shape()[0], 0);
  visit_float(src.dtype(), [&]<class T>() { convolve<T>(*this, src, weights, biases, outputs[0]); });
}

}  // namespace convoy
