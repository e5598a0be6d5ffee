#include "cli/overlay.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "io/convert.h"
#include "support/dtypes.h"
#include "support/error.h"

namespace convoy::cli {
namespace {

using Color = std::array<float, 3>;

/// Axes of a map of scores or labels.
struct MapLayout {
  ImageSize size;
  int64_t channels;
  int64_t pixel_stride, channel_stride;
};

std::optional<MapLayout> map_layout(const Shape& shape) {
  const int rank = shape.rank();
  if (rank < 3 || rank > 4 || shape[0] != 1) return {};
  if (rank == 3) return MapLayout{{shape[1], shape[2]}, 1, 1, 0};
  // The axis of the channels is shorter than the sides of the map, wherever it stands.
  const bool channels_last = shape[3] < shape[1] && shape[3] < shape[2];
  const ImageSize size = channels_last ? ImageSize{shape[1], shape[2]} : ImageSize{shape[2], shape[3]};
  if (size.height < 2 || size.width < 2) return {};
  const int64_t channels = channels_last ? shape[3] : shape[1];
  return MapLayout{size, channels, channels_last ? channels : 1, channels_last ? 1 : size.height * size.width};
}

/// Colours that neighbours in number do not share: hues a golden ratio apart.
Color label_color(int64_t label) {
  const double hue = std::fmod(0.02 + 0.618034 * static_cast<double>(label - 1), 1.0) * 6;
  Color color;
  for (int c = 0; c < 3; ++c) {
    const double distance = std::abs(std::fmod(hue + 6 - 2 * c, 6.0) - 3);  // 3 at the channel's own hue
    color[c] = static_cast<float>(255 * std::clamp(distance - 1, 0.0, 1.0));
  }
  return color;
}

/// RGB times its opacity, and the opacity 0..1, for each pixel of the map: H x W x 4. Multiplied, since
/// transparent pixels have no colour to interpolate with.
Tensor colored(const Tensor& map, const MapLayout& layout, bool labels) {
  constexpr float kOpacity = 0.6f;
  const Color heat = {255, 40, 0};
  const float* values = map.as<float>();
  Tensor colors(DType::f32, Shape{layout.size.height, layout.size.width, 4});
  float* out = colors.as<float>();
  for (int64_t i = 0; i < layout.size.height * layout.size.width; ++i, out += 4) {
    const float* pixel = values + i * layout.pixel_stride;
    int64_t label = labels ? std::lround(pixel[0]) : 0;
    for (int64_t c = 1; c < layout.channels; ++c) {
      if (pixel[c * layout.channel_stride] > pixel[label * layout.channel_stride]) label = c;
    }
    const bool graded = layout.channels == 1 && !labels;
    const Color color = graded ? heat : label_color(label);
    const float opacity = kOpacity * (graded ? std::clamp(pixel[0], 0.0f, 1.0f) : static_cast<float>(label != 0));
    for (int c = 0; c < 3; ++c) out[c] = color[c] * opacity;
    out[3] = opacity;
  }
  return colors;
}

void blend(Tensor& picture, const Tensor& colors, const ImageRect& part) {
  constexpr float kOutside = 0.4f;
  const int64_t height = picture.shape()[0], width = picture.shape()[1];
  for (int64_t y = 0; y < height; ++y) {
    for (int64_t x = 0; x < width; ++x) {
      float* pixel = picture.as<float>() + (y * width + x) * 3;
      const int64_t py = y - part.top, px = x - part.left;
      const bool inside = py >= 0 && py < part.height && px >= 0 && px < part.width;
      const float* color = inside ? colors.as<float>() + (py * part.width + px) * 4 : nullptr;
      for (int c = 0; c < 3; ++c) {
        pixel[c] = inside ? pixel[c] * (1 - color[3]) + color[c] : pixel[c] * kOutside;
      }
    }
  }
}

}  // namespace

size_t overlay_output(const std::vector<PortInfo>& ports) {
  for (size_t i = 0; i < ports.size(); ++i) {
    if (map_layout(ports[i].type.shape)) return i;
  }
  usage_error("--overlay: no output of the network is a map over the picture (1xCxHxW or 1xHxW)");
}

std::string write_overlay(const std::string& path, const Tensor& map, const PreparedImage& picture) {
  const MapLayout layout = *map_layout(map.shape());
  const bool labels = layout.channels == 1 && is_integer(map.dtype());
  LoadedImage original = load_image(picture.path);
  const ImageRect part = picture.image.part;
  const Tensor colors = colored(convert(map, DType::f32), layout, labels);
  blend(original.pixels, resize_image(colors, {part.height, part.width}), part);
  write_image(path, original.pixels);
  const char* kind = labels                 ? "labels"
                     : layout.channels == 1 ? "a map of probabilities"
                                            : "the largest channel's colour";
  return fmt::format("{}: {} over {}", path, kind, original.original.str());
}

}  // namespace convoy::cli
