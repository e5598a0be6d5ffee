#include "impls/window_tiles.h"

#include "impls/register_tile.h"

namespace convoy {

TapRange taps_inside(KernelBuilder& b, const WindowAxis& axis, Val index) {
  if (axis.borderless()) return {b.i64(0), b.i64(axis.taps)};
  Val first = index * axis.stride + axis.base;
  Val begin = b.max(b.i64(0), (b.i64(axis.step - 1) - first) / axis.step);
  Val end = b.min(b.i64(axis.taps), (b.i64(axis.in + axis.step - 1) - first) / axis.step);
  return {begin, b.max(begin, end)};
}

bool away_from_borders(const WindowAxis& axis, int64_t pixel, int64_t mr) {
  for (int64_t o : {pixel, pixel + mr - 1}) {
    if (!axis.inside(o, 0) || !axis.inside(o, axis.taps - 1)) return false;
  }
  return true;
}

std::vector<PixelTiles> pixel_tiles(const WindowAxis& axis, const std::vector<std::pair<int, int64_t>>& parts) {
  std::vector<PixelTiles> runs;
  int64_t pixel = 0;
  for (auto [mr, count] : parts) {
    const int64_t end = pixel + count * mr;
    while (pixel < end) {
      int64_t same = 1;
      while (pixel + same * mr < end && away_from_borders(axis, pixel, mr) &&
             away_from_borders(axis, pixel + same * mr, mr)) {
        ++same;
      }
      runs.push_back({pixel, mr, same});
      pixel += same * mr;
    }
  }
  return runs;
}

void for_each_pixel_tile(KernelBuilder& b, const WindowAxis& axis, int mr_max,
                         const std::function<void(Val pixel, int64_t first, int mr)>& tile) {
  for (const PixelTiles& run : pixel_tiles(axis, split_evenly(axis.out, mr_max))) {
    b.loop(0, run.count, 1, [&](Val t) { tile(t * run.mr + run.first, run.first, run.mr); });
  }
}

void for_each_channel_vector(KernelBuilder& b, int64_t channels, int64_t width,
                             const std::function<void(Val vector, int active)>& body) {
  const int rest = static_cast<int>(channels % width);
  if (rest == 0) return b.loop(b.col_begin(), b.col_end(), 1, [&](Val v) { body(v, -1); });
  const int64_t whole = channels / width;
  b.loop(b.col_begin(), b.min(b.col_end(), b.i64(whole)), 1, [&](Val v) { body(v, -1); });
  b.if_then(b.less(b.i64(whole), b.col_end()), [&] { body(b.i64(whole), rest); });
}

}  // namespace convoy
