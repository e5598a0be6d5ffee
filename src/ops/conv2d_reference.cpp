#include "ops/conv2d.h"
#include "ops/index.h"
#include "ops/products.h"

namespace convoy {
namespace {

template <class Product>
void convolve(const Conv2d& op, const Product& product, const Tensor& src, const Tensor& weights, Tensor& dst) {
  const Shape &in = src.shape(), &kernel = weights.shape();
  const int64_t channels = kernel[1], src_plane = in[2] * in[3], kernel_plane = kernel[2] * kernel[3];
  const int64_t out_per_group = kernel[0] / op.group;
  int64_t out = 0;
  for_each_index(dst.shape(), [&](std::span<const int64_t> index) {
    const int64_t n = index[0], oc = index[1], first_channel = oc / out_per_group * channels;
    const int64_t image = (n * in[1] + first_channel) * src_plane, filter = oc * channels * kernel_plane;
    auto sum = product.bias(oc);
    for_each_tap(op.window, {kernel[2], kernel[3]}, {in[2], in[3]}, index[2], index[3],
                 [&](int64_t kh, int64_t kw, int64_t y, int64_t x) {
                   const int64_t from = image + y * in[3] + x, weight = filter + kh * kernel[3] + kw;
                   for (int64_t ic = 0; ic < channels; ++ic) {
                     product.add(sum, from + ic * src_plane, weight + ic * kernel_plane, oc);
                   }
                 });
    product.store(sum, out++);
  });
}

}  // namespace

void Conv2d::reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const {
  const Tensor &src = *inputs[0], &weights = *inputs[1];
  visit_product(inputs, zeros, outputs[0],
                [&](const auto& product) { convolve(*this, product, src, weights, outputs[0]); });
}

}  // namespace convoy
