#include "quantize/window_rows.h"

#include <algorithm>

#include "quantize/graph_index.h"

namespace convoy::quantizer {
namespace {

int64_t nth(const onnx::NodeProto& node, const char* name, int n, int64_t fallback) {
  const onnx::AttributeProto* attribute = find_attribute(node, name);
  return attribute && n < attribute->ints_size() ? attribute->ints(n) : fallback;
}

}  // namespace

std::optional<WindowRows> WindowRows::of(const onnx::NodeProto& product, const Shape& weights, const Shape& src) {
  const std::string& op = product.op_type();
  WindowRows result;
  if (op == "Conv") {
    result.set_axes(product, weights, src);
    return result;
  }
  const bool transposed = op == "Gemm" && int_attribute(product, "transA", 0);
  if (op == "ConvTranspose" || weights.rank() != 2 || src.rank() == 0 || transposed) return std::nullopt;
  result.columns_ = src[src.rank() - 1];
  result.rows_ = src.elems() / std::max<int64_t>(result.columns_, 1);
  return result;
}

void WindowRows::set_axes(const onnx::NodeProto& conv, const Shape& weights, const Shape& src) {
  const onnx::AttributeProto* auto_pad = find_attribute(conv, "auto_pad");
  const std::string padding = auto_pad ? auto_pad->s() : "NOTSET";
  const int spatial = weights.rank() - 2;
  for (int i = 0; i < spatial; ++i) {
    Axis axis{.extent = src[2 + i],
              .outputs = 0,
              .window = weights[2 + i],
              .stride = nth(conv, "strides", i, 1),
              .dilation = nth(conv, "dilations", i, 1),
              .pad = 0};
    const int64_t reach = (axis.window - 1) * axis.dilation + 1;
    int64_t both = 0;
    if (padding.starts_with("SAME")) {
      const int64_t outputs = (axis.extent + axis.stride - 1) / axis.stride;
      both = std::max<int64_t>((outputs - 1) * axis.stride + reach - axis.extent, 0);
      axis.pad = padding == "SAME_LOWER" ? both - both / 2 : both / 2;
    } else if (padding != "VALID") {
      axis.pad = nth(conv, "pads", i, 0);
      both = axis.pad + nth(conv, "pads", spatial + i, 0);
    }
    axis.outputs = (axis.extent + both - reach) / axis.stride + 1;
    positions_ *= axis.outputs;
    taps_ *= axis.window;
    plane_ *= axis.extent;
    axes_.push_back(axis);
  }
  groups_ = int_attribute(conv, "group", 1);
  columns_ = weights[1] * taps_;
  rows_ = src[0] * positions_;
}

int64_t WindowRows::pixel(int64_t position, int64_t tap) const {
  int64_t result = 0, step = 1;
  for (size_t i = axes_.size(); i-- > 0;) {
    const Axis& axis = axes_[i];
    const int64_t at = position % axis.outputs * axis.stride + tap % axis.window * axis.dilation - axis.pad;
    if (at < 0 || at >= axis.extent) return -1;
    result += at * step;
    step *= axis.extent;
    position /= axis.outputs;
    tap /= axis.window;
  }
  return result;
}

std::vector<int64_t> WindowRows::pixels(int64_t row) const {
  std::vector<int64_t> result(taps_);
  for (int64_t tap = 0; tap < taps_; ++tap) result[tap] = pixel(row % positions_, tap);
  return result;
}

void WindowRows::copy(const Tensor& src, int64_t group, int64_t row, const std::vector<int64_t>& pixels, int64_t first,
                      int64_t count, float* dst) const {
  const int64_t channels = columns_ / taps_, image = row / positions_;
  const float* data = src.as<float>() + (image * groups_ + group) * channels * plane_;
  int64_t channel = first / taps_, tap = first % taps_;
  for (int64_t i = 0; i < count; ++i) {
    dst[i] = pixels[tap] < 0 ? 0 : data[channel * plane_ + pixels[tap]];
    if (++tap < taps_) continue;
    tap = 0;
    ++channel;
  }
}

}  // namespace convoy::quantizer
