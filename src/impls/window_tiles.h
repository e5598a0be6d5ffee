// Walks over the outputs of a sliding window, for kernels that run vectors over channels: which rows of the
// window lie inside the input (decided at run time), tiles of neighbouring output columns (the columns of the
// window that lie inside are known when the code is emitted), and vectors of channels.
#pragma once

#include <functional>

#include "codegen/llvm/kernel_builder.h"
#include "impls/conv2d/geometry.h"

namespace convoy {

/// Taps [begin, end) of a window.
struct TapRange {
  Val begin, end;
};

/// The taps t of output `index` that read inside the input: 0 <= index * stride + base + t * step < in.
TapRange taps_inside(KernelBuilder& b, const WindowAxis& axis, Val index);

/// True when all taps of outputs [pixel, pixel + mr) lie inside the input.
bool away_from_borders(const WindowAxis& axis, int64_t pixel, int64_t mr);

/// Tiles of `mr` neighbouring outputs each, `count` in a row from output `first` on, which have the same taps inside
/// the input.
struct PixelTiles {
  int64_t first = 0;
  int mr = 1;
  int64_t count = 1;
};

/// All outputs of `axis` in tiles of `parts`, {mr, how many} pairs: as few runs as can be.
std::vector<PixelTiles> pixel_tiles(const WindowAxis& axis, const std::vector<std::pair<int, int64_t>>& parts);

/// Calls tile(pixel, first, mr) for tiles of at most mr_max neighbouring outputs that together are all outputs of
/// `axis`. Tiles away from the borders share one loop: `pixel` is the tile's first output, `first` the number of
/// one that has the same taps inside the input.
void for_each_pixel_tile(KernelBuilder& b, const WindowAxis& axis, int mr_max,
                         const std::function<void(Val pixel, int64_t first, int mr)>& tile);

/// Calls body(vector, active) for the vectors [col_begin, col_end) of `channels` channels, `width` in each; `active`
/// of them exist (all when negative).
void for_each_channel_vector(KernelBuilder& b, int64_t channels, int64_t width,
                             const std::function<void(Val vector, int active)>& body);
inline void for_each_channel_vector(KernelBuilder& b, int64_t channels,
                                    const std::function<void(Val vector, int active)>& body) {
  for_each_channel_vector(b, channels, b.lanes(), body);
}

}  // namespace convoy
