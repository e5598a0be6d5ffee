// What a patch network reads and writes: the sizes that dense inference needs to know.
#pragma once

#include "dense/reach.h"
#include "graph/graph.h"

namespace convoy {

/// How a patch network is applied to an image, as far as the caller says.
struct PatchOptions {
  /// Pixels from one patch to the next; 0: the size of the block.
  int64_t step = 0;
  /// A patch's output is a block of so many by so many pixels, 1: one pixel; 0: what the output's shape says.
  int64_t block = 0;
};

struct PatchGeometry {
  int64_t channels = 1, height = 1, width = 1;  ///< of a patch
  int64_t out_channels = 1, block = 1;          ///< a patch's output: out_channels x block x block
  int64_t step = 1;
  /// Pixels around a patch that the network reads as well; they move neither patches nor blocks.
  Margins margin = {};

  int64_t rows_read() const { return height + margin[0].before + margin[0].after; }
  int64_t cols_read() const { return width + margin[1].before + margin[1].after; }
};

/// Reads the sizes off the network. Throws Error when it does not have one image as input and one output, when the
/// output cannot be a block of pixels, or when blocks would overlap or leave gaps.
PatchGeometry patch_geometry(const Graph& patch, const PatchOptions& options);

/// The value that is the patch as 1 x channels x height x width: the input, or its only transposition.
ValueId patch_image(const Graph& patch);

}  // namespace convoy
