// An image divided into tiles of patches, and the pixels that a tile reads and writes.
#pragma once

#include <convoy/dense.h>

#include <vector>

#include "dense/patch_geometry.h"
#include "dense/shared_map.h"

namespace convoy {

/// Where the patches of an image lie.
struct PatchLayout {
  PatchGrid grid;              ///< of the whole image
  int64_t top = 0, left = 0;   ///< pixels that the first patch begins before the image, its margin included
  int64_t rows = 0, cols = 0;  ///< of the result
};

PatchLayout patch_layout(const PatchGeometry& geometry, Border border, int64_t height, int64_t width);

/// How an image is divided among threads: items of so many rows of patches, and as wide as a tile.
struct ItemGrid {
  int64_t patch_rows = 1;
  int64_t rows = 1, cols = 1;

  int64_t items() const { return rows * cols; }
};

/// Independent tiles are items; tiles that go down strips are joined to strips.
ItemGrid divide_image(PatchGrid image, PatchGrid tile, bool streamed, int threads);

/// For `count` pixels along an axis from `begin` on, the pixel of the image, of that extent, that is seen there: its
/// index, or -1 for zero. `extent` > 0. Patches that lie inside have nothing but margins beyond the image: zeros, which
/// the networks' own padding would be.
std::vector<int64_t> seen_pixels(int64_t begin, int64_t count, int64_t extent, Border border);

/// Reads rows[y], cols[x] of each channel into planes that lie one after the other.
void read_tile(const ImageView& image, const std::vector<int64_t>& rows, const std::vector<int64_t>& cols,
               float* planes);

/// Part of an image.
struct TileRect {
  int64_t top = 0, left = 0, height = 0, width = 0;
};

/// Writes the part `from` of planes of `plane_height` x `plane_width` to the image, at `top`, `left`.
void write_tile(const float* planes, int64_t plane_height, int64_t plane_width, const TileRect& from,
                const ImageView& image, int64_t top, int64_t left);

/// Copies rows of all channels between images of one width.
void copy_rows(const ImageView& from, int64_t from_row, const ImageView& to, int64_t to_row, int64_t rows);

}  // namespace convoy
