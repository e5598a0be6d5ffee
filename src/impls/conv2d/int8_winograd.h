// Winograd convolution of quantised numbers, stride 1, exact: the bits of the plain sums.
//
//   scale * Y = A^T [ sum over channels of (G w G^T) * (B^T d B) ] A   for every tile of m_h x m_w outputs
//
// with integer matrices (cook_toom.h). Transformed inputs and weights fit into i16 and are multiplied in pairs. Sums
// are i32 and may overflow: they are right modulo 2^32, where the odd part of `scale` has an inverse, and what is left
// of it is a power of two, 2^s. Shifting by s gives Y where |Y| < 2^(31 - s), which the weights of the model are
// checked for.
//
// A block of tiles goes through all stages before the next begins, as in winograd_kernel.h. What it reads is first
// copied to scratch memory as i16 less their zero point (int8_stage.h).
//
// Task space: rows = those of blocks, over batch and image; columns = channel blocks.
#pragma once

#include "impls/conv2d/cook_toom.h"
#include "impls/conv2d/int8_kernel.h"

namespace convoy {

struct Int8WinogradConfig {
  IntegerWinograd h, w;
  Int8Config int8;                            ///< tile of the matrix products, and what is multiplied
  int64_t block_rows = 1, block_columns = 1;  ///< of tiles

  int planes() const { return h.transforms.tile() * w.transforms.tile(); }
  int64_t scale() const { return h.scale * w.scale; }
  std::string key() const;
};

/// Tiles, blocks and the layout of the scratch memory (in bytes).
struct Int8WinogradLayout {
  int64_t tiles_h = 0, tiles_w = 0;
  int64_t blocks_h = 0;                         ///< rows of blocks in an image
  int64_t tiles = 0;                            ///< of a block
  int64_t staged_columns = 0, staged_row = 0;   ///< pixels; distance of rows
  int64_t ic_vectors = 0;                       ///< of i16
  int64_t steps = 0, width = 0, oc_blocks = 0;  ///< of the matrix products
  int64_t v_tile = 0, v_plane = 0;              ///< distance of tiles, of xi
  int64_t m_tile = 0, m_plane = 0;
  int64_t staged = 0, v = 0, products = 0, between = 0, end = 0;

  Int8WinogradLayout(const ConvGeometry& g, const Int8WinogradConfig& config, const Isa& isa);
};

/// F(m, r) along each axis of more than one tap; nothing where numbers would leave i16.
std::optional<Int8WinogradConfig> choose_int8_winograd(const ConvGeometry& g, int m, const Int8Types& types,
                                                       const Target& target);
double int8_winograd_cost_ns(const ConvGeometry& g, const Int8WinogradConfig& config, const Target& target);
/// Whether all |Y| < 2^(31 - s). `weights`: O, I, r_h, r_w.
bool sums_suffice(const ConvGeometry& g, const Int8WinogradConfig& config, const Int8Types& types,
                  const Tensor& weights);
int64_t int8_winograd_weights_bytes(const ConvGeometry& g, const Int8WinogradConfig& config, const Isa& isa);
/// U[xi][channel block][pair of input channels][nb * lanes][2 i16].
PackedArg pack_int8_winograd_weights(const ConvGeometry& g, const Int8WinogradConfig& config, const Int8Types& types,
                                     const Isa& isa, const Tensor& weights);
struct Int8WinogradKernel {
  ConvGeometry geometry;
  Int8WinogradConfig config;
  DType dst_type = DType::i32;
  Epilogue epilogue;
  std::string name;
};
/// The step without its arguments, which are those of DirectArg.
StepSpec int8_winograd_step(const Int8WinogradKernel& kernel, const Target& target);

}  // namespace convoy
