#include "ops/conv_transpose2d.h"
#include "ops/index.h"
#include "ops/products.h"

namespace convoy {
namespace {

/// Adds one channel of src, scattered through its kernel, to one channel of dst, `oc`. Channels begin at these offsets.
template <class Product, class Sum>
void scatter(const Window2d& window, const Product& product, const Extent2d& src_plane, int64_t src,
             const Extent2d& kernel, int64_t weights, int64_t oc, const Extent2d& dst_plane, std::vector<Sum>& dst) {
  for_each_index({src_plane.h, src_plane.w, kernel.h, kernel.w}, [&](std::span<const int64_t> index) {
    const auto [ih, iw, kh, kw] = std::array{index[0], index[1], index[2], index[3]};
    const int64_t y = ih * window.strides[0] - window.pads[0] + kh * window.dilations[0];
    const int64_t x = iw * window.strides[1] - window.pads[1] + kw * window.dilations[1];
    if (y < 0 || y >= dst_plane.h || x < 0 || x >= dst_plane.w) return;
    product.add(dst[y * dst_plane.w + x], src + ih * src_plane.w + iw, weights + kh * kernel.w + kw, oc);
  });
}

template <class Product>
void convolve(const ConvTranspose2d& op, const Product& product, const Shape& in, const Shape& filter,
              const Shape& out) {
  const Extent2d src_plane{in[2], in[3]}, kernel{filter[2], filter[3]}, dst_plane{out[2], out[3]};
  const int64_t per_group = in[1] / op.group;
  int64_t to = 0;
  for_each_index({out[0], out[1]}, [&](std::span<const int64_t> index) {
    const int64_t n = index[0], oc = index[1], first = oc / filter[1] * per_group;
    std::vector<typename Product::Sum> plane(out[2] * out[3], product.bias(oc));
    for (int64_t ic = first; ic < first + per_group; ++ic) {
      scatter(op.window, product, src_plane, (n * in[1] + ic) * in[2] * in[3], kernel,
              (ic * filter[1] + oc % filter[1]) * filter[2] * filter[3], oc, dst_plane, plane);
    }
    for (const auto& sum : plane) product.store(sum, to++);
  });
}

}  // namespace

void ConvTranspose2d::reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const {
  visit_product(inputs, zeros, outputs[0], [&](const auto& product) {
    convolve(*this, product, inputs[0]->shape(), inputs[1]->shape(), outputs[0].shape());
  });
}

}  // namespace convoy
