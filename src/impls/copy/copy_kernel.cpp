// Copies of 4-byte elements, of whatever dtype, of smaller ones by rows, and between f32 and bf16 in any combination:
// dst[i...] = src[i...].
//
// dst, src: any strides, no overlap. See CopyMode for the ways to vectorise; each reads and writes whole
// vectors on both sides where the strides allow.
//   rows: row_loops.h. One side may lack contiguous elements: they are then moved one by one into vectors.
//   tiles: task rows = the other dimensions x blocks of src's contiguous dimension, columns = cache lines of dst's.
//     A block is several tiles, so that each src row gives some cache lines at a time; lines of dst are completed
//     before the next is begun, since rows a power of two apart would evict one another.
//   interleave, deinterleave: rows along the longer dimension, `few` vectors at a time.
#include <algorithm>

#include "impls/copy/lane_shuffles.h"
#include "impls/copy/row_loops.h"
#include "impls/copy/strided_copy.h"
#include "support/int_math.h"

namespace convoy {

namespace {

enum Arg { kDst, kSrc };

struct Addresses {
  Val dst, src;
};

Addresses base_addresses(KernelBuilder& b, const CopyLoops& loops) {
  Val dst = b.arg(kDst), src = b.arg(kSrc);
  if (loops.moves_bits()) dst = b.stored_as(DType::f32, dst), src = b.stored_as(DType::f32, src);
  return {b.offset(loops.narrow, dst, loops.dst_offset), b.offset(loops.narrow, src, loops.src_offset)};
}

/// Moves `base` by `index` along `dims`.
Addresses address_at(KernelBuilder& b, const Addresses& base, const std::vector<LoopDim>& dims,
                     const std::vector<Val>& index, DType narrow = DType::f32) {
  Addresses at = base;
  for (size_t d = 0; d < index.size(); ++d) {
    at.dst = b.offset(narrow, at.dst, index[d] * dims[d].strides[kDst]);
    at.src = b.offset(narrow, at.src, index[d] * dims[d].strides[kSrc]);
  }
  return at;
}

/// A block's first element, and the distance of its rows.
struct BlockPlace {
  Addresses at;
  int64_t dst_row = 0, src_row = 0;
};

BlockPlace place(KernelBuilder& b, const CopyLoops& loops, const RowLoops& rows, const RowBlock& block) {
  BlockPlace result{address_at(b, base_addresses(b, loops), rows.outer, block.outer, loops.narrow)};
  result.at = address_at(b, result.at, {rows.inner}, {block.i}, loops.narrow);
  if (!rows.outer.empty()) {
    result.dst_row = rows.outer.back().strides[kDst];
    result.src_row = rows.outer.back().strides[kSrc];
  }
  return result;
}

// rows

void emit_rows(KernelBuilder& b, const CopyLoops& loops, const RowLoops& rows) {
  const int64_t dst_stride = rows.inner.strides[kDst], src_stride = rows.inner.strides[kSrc];
  emit_row_loops(b, rows, [&](const RowBlock& block) {
    const BlockPlace at = place(b, loops, rows, block);
    std::vector<Val> values;
    for_each_vector(block, [&](int64_t row, int v, int active) {
      const int64_t offset = row * at.src_row + v * b.lanes() * src_stride;
      values.push_back(b.load_strided(loops.narrow, b.offset(loops.narrow, at.at.src, offset), src_stride, active));
    });
    auto value = values.begin();
    for_each_vector(block, [&](int64_t row, int v, int active) {
      const int64_t offset = row * at.dst_row + v * b.lanes() * dst_stride;
      b.store_strided(loops.narrow, *value++, b.offset(loops.narrow, at.at.dst, offset), dst_stride, active);
    });
  });
}

// interleave, deinterleave

/// Lanes that exist of vector `index` of a run of `elems` elements.
int active_lanes(KernelBuilder& b, int64_t elems, int index) {
  return static_cast<int>(std::clamp<int64_t>(elems - index * b.lanes(), 0, b.lanes()));
}

/// `few` vectors at `stride` from one another.
std::vector<Val> load_rows(KernelBuilder& b, Val from, int64_t few, int64_t stride, int active) {
  std::vector<Val> vectors;
  for (int64_t k = 0; k < few; ++k) vectors.push_back(b.load(b.offset(from, k * stride), 0, active));
  return vectors;
}

void emit_interleave(KernelBuilder& b, const CopyLoops& loops, const RowLoops& rows) {
  const int64_t few = loops.dst_dim.extent;
  emit_row_loops(b, rows, [&](const RowBlock& block) {
    const BlockPlace at = place(b, loops, rows, block);
    for_each_vector(block, [&](int64_t row, int v, int active) {
      const int64_t pixel = v * b.lanes();
      Val src = b.offset(at.at.src, row * at.src_row + pixel);
      const auto pixels = interleave(b, load_rows(b, src, few, loops.dst_dim.strides[kSrc], active));
      const int64_t elems = few * (active < 0 ? b.lanes() : active);
      Val dst = b.offset(at.at.dst, row * at.dst_row + pixel * few);
      for (int k = 0; k < few && active_lanes(b, elems, k) > 0; ++k) {
        b.store(pixels[k], dst, k * b.lanes(), active_lanes(b, elems, k));
      }
    });
  });
}

void emit_deinterleave(KernelBuilder& b, const CopyLoops& loops, const RowLoops& rows) {
  const int64_t few = loops.src_dim.extent;
  emit_row_loops(b, rows, [&](const RowBlock& block) {
    const BlockPlace at = place(b, loops, rows, block);
    for_each_vector(block, [&](int64_t row, int v, int active) {
      const int64_t pixel = v * b.lanes(), elems = few * (active < 0 ? b.lanes() : active);
      Val src = b.offset(at.at.src, row * at.src_row + pixel * few);
      std::vector<Val> pixels;
      for (int k = 0; k < few; ++k) {
        const int lanes = active_lanes(b, elems, k);
        pixels.push_back(lanes > 0 ? b.load(src, k * b.lanes(), lanes) : b.f32(0));
      }
      const auto planes = deinterleave(b, pixels);
      for (int64_t k = 0; k < few; ++k) {
        Val dst = b.offset(at.at.dst, row * at.dst_row + pixel + k * loops.src_dim.strides[kDst]);
        b.store(planes[k], dst, 0, active);
      }
    });
  });
}

// tiles

/// Tiles of a block along src's contiguous dimension.
constexpr int64_t kBlockTiles = 4;
/// Elements of a column along dst's: a cache line.
constexpr int64_t kColumnElems = 16;

int64_t tile_count(int64_t extent, int64_t tile) {
  return ceil_div(extent, tile);
}
int64_t block_count(const CopyLoops& loops, int lanes) {
  return tile_count(loops.src_dim.extent, kBlockTiles * lanes);
}

class TileEmitter {
 public:
  TileEmitter(KernelBuilder& b, const CopyLoops& loops) : b_(b), loops_(loops), lanes_(b.lanes()) {}

  void emit() {
    const int64_t blocks = block_count(loops_, lanes_);
    b_.loop(b_.row_begin(), b_.row_end(), 1, [&](Val row) {
      const std::vector<Val> outer = split_index(b_, loops_.dims, row / blocks);
      const Addresses base = address_at(b_, base_addresses(b_, loops_), loops_.dims, outer);
      block(base, row % blocks, blocks);
    });
  }

 private:
  /// Along dst's contiguous dimension, all columns of the task.
  void block(const Addresses& base, Val index, int64_t blocks) {
    const int64_t whole = loops_.dst_dim.extent / kColumnElems;
    const int rest = static_cast<int>(loops_.dst_dim.extent % kColumnElems);
    auto column = [&](Val c, int rows) {
      const Addresses at = address_at(b_, base, {loops_.dst_dim}, {c * kColumnElems});
      tiles_of_block(at, index, blocks, rows);
    };
    b_.loop(b_.col_begin(), b_.min(b_.col_end(), b_.i64(whole)), 1, [&](Val c) { column(c, kColumnElems); });
    if (rest > 0) b_.if_then(b_.less(b_.i64(whole), b_.col_end()), [&] { column(b_.i64(whole), rest); });
  }

  /// The last block may have fewer tiles, and the last tile fewer elements.
  void tiles_of_block(const Addresses& at, Val index, int64_t blocks, int rows) {
    const int64_t last_elems = loops_.src_dim.extent - (blocks - 1) * kBlockTiles * lanes_;
    Val first = index * (kBlockTiles * lanes_);
    if (last_elems == kBlockTiles * lanes_) return run_of_tiles(at, first, kBlockTiles, -1, rows);
    const int rest = static_cast<int>(last_elems % lanes_);
    auto last = [&] { run_of_tiles(at, first, tile_count(last_elems, lanes_), rest > 0 ? rest : -1, rows); };
    if (blocks == 1) return last();
    b_.if_else(b_.equal(index, b_.i64(blocks - 1)), last, [&] { run_of_tiles(at, first, kBlockTiles, -1, rows); });
  }

  /// `count` tiles from element `first` of src's dimension; the last has `last_active` elements of it.
  void run_of_tiles(const Addresses& at, Val first, int64_t count, int last_active, int rows) {
    const int64_t whole = last_active < 0 ? count : count - 1;
    b_.loop(0, whole, 1,
            [&](Val t) { tile(address_at(b_, at, {loops_.src_dim}, {first + t * lanes_}), rows, lanes_); });
    if (last_active > 0) tile(address_at(b_, at, {loops_.src_dim}, {first + whole * lanes_}), rows, last_active);
  }

  void tile(const Addresses& at, int rows, int columns) {
    for (int first = 0; first < rows; first += lanes_) {
      transpose(address_at(b_, at, {loops_.dst_dim}, {b_.i64(first)}), std::min(lanes_, rows - first), columns);
    }
  }

  /// Reads `rows` vectors of `columns` elements, and writes them as `columns` vectors of `rows`.
  void transpose(const Addresses& at, int rows, int columns) {
    std::vector<Val> vectors;
    for (int r = 0; r < lanes_; ++r) {
      const bool exists = r < rows;
      vectors.push_back(exists ? b_.load(b_.offset(at.src, r * loops_.dst_dim.strides[kSrc]), 0, columns) : b_.f32(0));
    }
    vectors = transpose_tile(b_, vectors);
    for (int c = 0; c < columns; ++c)
      b_.store(vectors[c], b_.offset(at.dst, c * loops_.src_dim.strides[kDst]), 0, rows);
  }

  KernelBuilder& b_;
  const CopyLoops& loops_;
  const int lanes_;
};

std::string mode_name(const CopyLoops& loops) {
  switch (loops.mode) {
    case CopyMode::rows:
      return "copy";
    case CopyMode::tiles:
      return "transpose";
    case CopyMode::interleave:
      return fmt::format("interleave{}", loops.dst_dim.extent);
    case CopyMode::deinterleave:
      return fmt::format("deinterleave{}", loops.src_dim.extent);
  }
  return "";
}

/// All dimensions of the row loops: the longer of the two special ones is the row.
std::vector<LoopDim> row_dims(const CopyLoops& loops) {
  std::vector<LoopDim> dims = loops.dims;
  if (loops.mode == CopyMode::interleave) dims.push_back(loops.src_dim);
  if (loops.mode == CopyMode::deinterleave) dims.push_back(loops.dst_dim);
  if (dims.empty()) dims.push_back({0, 1, {1, 1}});
  return dims;
}

}  // namespace

StepSpec copy_step(const CopyLoops& loops, const Target& target) {
  StepSpec step;
  step.kernel.name = fmt::format("{}_{}_{}", mode_name(loops), loops.elements, target.isa.name);
  step.kernel.arg_count = 2;
  step.kernel.key = loop_key(loops.dims) + "d" + loop_key({loops.dst_dim}) + "s" + loop_key({loops.src_dim}) +
                    fmt::format("@{},{}", loops.dst_offset, loops.src_offset);
  if (loops.mode == CopyMode::tiles) {
    const int lanes = target.isa.f32_lanes();
    step.rows = iterations(loops.dims) * block_count(loops, lanes);
    step.cols = tile_count(loops.dst_dim.extent, kColumnElems);
    step.kernel.emit = [loops](KernelBuilder& b) { TileEmitter(b, loops).emit(); };
    return step;
  }
  const RowLoops rows(row_dims(loops), target.isa);
  rows.set_task_space(step);
  step.kernel.emit = [loops, rows](KernelBuilder& b) {
    switch (loops.mode) {
      case CopyMode::interleave:
        return emit_interleave(b, loops, rows);
      case CopyMode::deinterleave:
        return emit_deinterleave(b, loops, rows);
      default:
        return emit_rows(b, loops, rows);
    }
  };
  return step;
}

}  // namespace convoy
