// The innermost loop of convolutions and matrix products: a tile of mr pixels (or rows) x nb vectors of
// output channels held in registers, to which products of broadcast inputs and weight vectors are added.
//
//   acc[m][n] += src[offset(m) + k * src_step] * weights[k * weights_step + n * lanes .. + lanes]
//
// or, where the Isa has dot products of bf16 pairs, with two neighbouring elements of src and two weights a lane:
//
//   acc[m][n][lane] += sum over i = 0, 1 of src[offset(m) + k * src_step + i] * weights[.. + 2 * lane + i]
//
// or of words: four u8 with four i8, or two i16 with two i16, and sums of i32:
//
//   acc[m][n][lane] += sum over i of src[offset(m) + k * src_step + i] * weights[.. + lane].i
//
// Each step loads nb weight vectors and mr scalars for mr * nb fused multiply-adds, so that tiles of about
// 14x2 or 6x4 on 32 registers keep the multipliers busy from L1 and L2.
#pragma once

#include <cstdint>
#include <vector>

#include "codegen/llvm/kernel_builder.h"

namespace convoy {

struct RegisterTile {
  int mr = 1;  ///< pixels
  int nb = 1;  ///< vectors of output channels

  int accumulators() const { return mr * nb; }
};

/// What a step multiplies, see above.
enum class Terms { floats, bf16_pairs, byte_quads, short_pairs };

/// True when accumulators, weights, one broadcast and one more value fit into the registers.
bool fits_registers(const RegisterTile& tile, const Isa& isa);

/// Largest mr for nb vectors.
int max_mr(int nb, const Isa& isa);

/// Estimated cycles of one step of the tile (mr x nb multiply-adds with its loads).
double cycles_per_step(const RegisterTile& tile, const Isa& isa);

/// A run of `count` steps. Offsets and steps are in elements.
struct TileRun {
  Val src;      ///< scalar of pixel 0, step 0
  Val weights;  ///< vector 0 of step 0
  int64_t count = 0;
  int64_t src_step = 1, weights_step = 0;
  int last_active = -1;  ///< lanes of the last vector that exist, all when negative
  Terms terms = Terms::floats;
  bool half_last = false;              ///< the last of bf16_pairs of src has one element only
  bool signed_src = false;             ///< byte_quads of src are i8, not u8
  std::vector<int64_t> pixel_offsets;  ///< from src, per m; constant
  std::vector<bool> pixel_valid;       ///< pixels outside the input add nothing; empty: all valid
};

/// Adds a run to `acc` (mr x nb, n fastest).
void accumulate(KernelBuilder& b, const RegisterTile& tile, const TileRun& run, std::vector<Val>& acc);

/// Splits `extent` pixels into tiles of nearly equal size, at most mr_max each: {size, how many} pairs,
/// larger first.
std::vector<std::pair<int, int64_t>> split_evenly(int64_t extent, int mr_max);

/// The tile with the fewest estimated cycles for `pixels` x `channels` outputs.
RegisterTile choose_tile(int64_t pixels, int64_t channels, const Isa& isa);

/// Estimated cycles per reduction step for computing pixels x channels with this tile, on a core that
/// starts two multiply-adds a cycle.
double cycles_per_reduction_step(int64_t pixels, int64_t channels, const RegisterTile& tile, const Isa& isa);
/// Time of so many of these cycles on one core of the machine, at 3 GHz.
double tile_cycles_ns(double cycles, const Isa& isa);

}  // namespace convoy
