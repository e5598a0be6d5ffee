#include "dense/tiles.h"

#include <algorithm>
#include <cstring>

#include "support/int_math.h"

namespace convoy {
namespace {

/// Index into an extent of what a mirror at its last pixels shows at `i`.
int64_t reflected(int64_t i, int64_t extent) {
  if (extent == 1) return 0;
  const int64_t period = 2 * (extent - 1);
  const int64_t phase = ((i % period) + period) % period;
  return std::min(phase, period - phase);
}

int64_t seen_pixel(int64_t i, int64_t extent, Border border) {
  if (i >= 0 && i < extent) return i;
  if (border == Border::zero || border == Border::valid) return -1;
  return border == Border::reflect ? reflected(i, extent) : std::clamp<int64_t>(i, 0, extent - 1);
}

struct PatchAxis {
  int64_t patches, before, pixels;
};

PatchAxis patch_axis(int64_t extent, int64_t patch, int64_t step, int64_t block, Border border) {
  if (border == Border::valid) {
    const int64_t patches = extent < patch ? 0 : (extent - patch) / step + 1;
    return {patches, 0, patches * block};
  }
  const int64_t patches = ceil_div(extent, step);
  return {patches, (patch - block) / 2, block == step ? extent : patches};
}

bool is_stretch(const std::vector<int64_t>& indices) {
  return indices.front() >= 0 && indices.back() - indices.front() == static_cast<int64_t>(indices.size()) - 1;
}

}  // namespace

PatchLayout patch_layout(const PatchGeometry& g, Border border, int64_t height, int64_t width) {
  const PatchAxis h = patch_axis(height, g.height, g.step, g.block, border);
  const PatchAxis w = patch_axis(width, g.width, g.step, g.block, border);
  return {{h.patches, w.patches}, h.before + g.margin[0].before, w.before + g.margin[1].before, h.pixels, w.pixels};
}

ItemGrid divide_image(PatchGrid image, PatchGrid tile, bool streamed, int threads) {
  // Enough strips for threads to share them evenly, but each so long that filling its line buffers costs little.
  constexpr int64_t kStripsPerThread = 6, kLeastRuns = 16;
  ItemGrid items{.patch_rows = tile.rows, .rows = 1, .cols = ceil_div(image.cols, tile.cols)};
  if (streamed && items.cols > 0) {
    const int64_t strips = threads == 1 ? 1 : ceil_div(kStripsPerThread * threads, items.cols);
    const int64_t least = std::min(kLeastRuns * tile.rows, image.rows);
    items.patch_rows = std::max<int64_t>({1, least, ceil_div(image.rows, strips)});
  }
  items.rows = ceil_div(image.rows, items.patch_rows);
  return items;
}

std::vector<int64_t> seen_pixels(int64_t begin, int64_t count, int64_t extent, Border border) {
  std::vector<int64_t> pixels(count);
  for (int64_t i = 0; i < count; ++i) pixels[i] = seen_pixel(begin + i, extent, border);
  return pixels;
}

void read_tile(const ImageView& image, const std::vector<int64_t>& rows, const std::vector<int64_t>& cols,
               float* planes) {
  const auto width = static_cast<int64_t>(cols.size());
  const bool stretch = image.pixel_stride == 1 && is_stretch(cols);
  for (int64_t c = 0; c < image.channels; ++c) {
    for (int64_t row : rows) {
      float* out = planes;
      planes += width;
      if (row < 0) {
        std::fill_n(out, width, 0.0f);
        continue;
      }
      const float* line = image.data + c * image.channel_stride + row * image.row_stride;
      if (stretch) {
        std::memcpy(out, line + cols[0], width * sizeof(float));
      } else {
        for (int64_t x = 0; x < width; ++x) out[x] = cols[x] < 0 ? 0.0f : line[cols[x] * image.pixel_stride];
      }
    }
  }
}

void write_tile(const float* planes, int64_t plane_height, int64_t plane_width, const TileRect& from,
                const ImageView& image, int64_t top, int64_t left) {
  for (int64_t c = 0; c < image.channels; ++c) {
    for (int64_t y = 0; y < from.height; ++y) {
      const float* line = planes + (c * plane_height + from.top + y) * plane_width + from.left;
      float* out = image.data + c * image.channel_stride + (top + y) * image.row_stride + left * image.pixel_stride;
      if (image.pixel_stride == 1) {
        std::memcpy(out, line, from.width * sizeof(float));
      } else {
        for (int64_t x = 0; x < from.width; ++x) out[x * image.pixel_stride] = line[x];
      }
    }
  }
}

void copy_rows(const ImageView& from, int64_t from_row, const ImageView& to, int64_t to_row, int64_t rows) {
  for (int64_t c = 0; c < from.channels; ++c) {
    for (int64_t r = 0; r < rows; ++r) {
      const float* src = from.data + c * from.channel_stride + (from_row + r) * from.row_stride;
      float* dst = to.data + c * to.channel_stride + (to_row + r) * to.row_stride;
      for (int64_t x = 0; x < from.width; ++x) dst[x * to.pixel_stride] = src[x * from.pixel_stride];
    }
  }
}

}  // namespace convoy
