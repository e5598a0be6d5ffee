// Many short lines of contiguous elements side by side, such as the channels of the pixels of an NHWC tensor: tiles of
// lanes x lanes elements are transposed in registers, so that a vector holds one element of each of `lanes` lines.
#pragma once

#include <vector>

#include "codegen/llvm/kernel_builder.h"

namespace convoy {

/// True when tiles pay: lines of few vectors, whose lanes would have to be folded, and enough of them to fill tiles.
bool tiles_pay(int64_t elems, int64_t lines, int lanes);

/// Elements [0, elems) of `lines` lines, `stride` elements apart: lane j of result i is element i of line j. Neither
/// number is more than lanes(); lanes that do not exist are zero.
std::vector<Val> load_tile(KernelBuilder& b, Val src, int64_t stride, int lines, int elems);

/// The inverse: lane j of vectors[i] becomes element i of line j.
void store_tile(KernelBuilder& b, std::vector<Val> vectors, Val dst, int64_t stride, int lines);

/// Calls body(first line, lines) for the vectors [col_begin, col_end) of `lines` lines.
void for_each_tile_column(KernelBuilder& b, int64_t lines, const std::function<void(Val first, int lines)>& body);

}  // namespace convoy
