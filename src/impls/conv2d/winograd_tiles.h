// The two ends of every Winograd kernel: a tile of the input is read and transformed, a tile of products is
// transformed back and written. Tiles that reach over the border read a copy padded with zeros, one tile large.
#pragma once

#include <functional>

#include "impls/conv2d/cook_toom.h"
#include "impls/conv2d/geometry.h"
#include "impls/conv2d/sub_pixels.h"
#include "impls/conv2d/winograd_kernel.h"
#include "impls/epilogue.h"

namespace convoy {

std::string sources_key(const std::vector<WinogradSource>& sources);

/// Calls fn(vector, active lanes) for the vectors [first, end) of `channels`; the last of all may be partial.
void each_channel_vector(KernelBuilder& b, int64_t channels, Val first, Val end,
                         const std::function<void(Val vector, int active)>& fn);

class WinogradTiles {
 public:
  /// With sub-pixels, g.dst are the strides of the output.
  WinogradTiles(KernelBuilder& b, const ConvGeometry& g, const std::vector<WinogradSource>& sources,
                const WinogradTransforms& h, const WinogradTransforms& w, SubPixels sub_pixels = {});

  /// A tile's image and its first output pixel.
  struct Place {
    Val n, h, w;
  };
  Place place_of(Val tile);

  /// Scratch of one transform: `between` its two passes planes * lanes elements; `patch`, the padded tile,
  /// planes * channel vectors * lanes.
  struct Scratch {
    Val between, patch;
  };

  /// V = B^T d B of a tile: element xi of channel vector `v` goes to to(v) + xi * plane. The kernel's arguments from
  /// `first_arg` on are the sources.
  void input(int first_arg, const Place& place, const std::function<Val(Val vector)>& to, int64_t plane,
             const Scratch& scratch);

  /// The sums of products of a tile: element xi of the channel vector v lies at from + v * lanes + xi * plane.
  struct Products {
    Val from;
    int64_t plane = 0;
    Val first, end;  ///< channel vectors of dst; `from` is that of the first
  };
  /// Epilogue and dst of what output() writes.
  struct Destination {
    Val dst, bias;  ///< bias: padded to whole vectors
    const Epilogue& epilogue;
    DType sums = DType::f32;                   ///< of products and bias: f32 or i32
    DType type = DType::f32;                   ///< of dst
    std::function<Val(Val)> scaled_back = {};  ///< of i32: Y of A^T M A
  };
  /// dst = epilogue(A^T M A + bias).
  void output(const Products& products, const Place& place, const Destination& to, Val between);

  /// Bring part `xi` of planes of what so many neighbouring tiles read, or write, to L2.
  void prefetch_input(int first_arg, const Place& first, int64_t tiles, Val xi);
  void prefetch_output(Val dst, const Place& first, int64_t tiles, Val xi);

 private:
  void prefetch_part(Val first, const std::vector<int64_t>& strides, int64_t rows, Val pixels, Val xi);
  /// A tile's pixels along one axis of a source: pixel i is the source's first() + at(i).
  struct Pixels {
    int64_t base, up;
    int count;  ///< of the tile's pixels

    int64_t first() const;
    int64_t at(int i) const;
    int64_t distinct() const { return at(count - 1) + 1; }
  };
  void source_input(const WinogradSource& source, Val src, const Place& place, const std::function<Val(Val vector)>& to,
                    int64_t plane, const Scratch& scratch);
  void copy_patch(const WinogradSource& source, Val image, Val row, Val column, int64_t rows, int64_t columns,
                  Val patch);
  void transform_input(const Pixels& rows, const Pixels& columns, Val from, Val row_stride, Val column_stride, Val to,
                       int64_t plane, Val between, int active);
  /// True where a transform needs no memory between its two passes.
  bool stays_in_registers() const;
  Val load(DType sums, Val from, int64_t elem_offset);
  std::vector<Val> output_column(DType sums, Val from, int64_t plane);
  /// Rows of a tile's output: those of one channel vector, of which `active` lanes.
  struct OutputRows {
    const Place& place;
    Val vector, bias;
    const Destination& to;
    int active;
  };
  /// Row i from a row of A^T M.
  void output_row(const OutputRows& o, Val i, const std::vector<Val>& in);
  /// Where a row of a tile's output goes: pixels of the same channels, sub_.w columns apart.
  struct Run {
    const Destination& to;
    Val dst;
    Epilogue::Cursor cursor;
    int active;  ///< lanes
  };
  Run run_at(const Destination& to, const std::vector<Val>& index, int active);
  /// Epilogue and dst of pixels `first`, ... of the run.
  void store_pixels(const Run& run, const std::vector<Val>& values, int64_t first = 0);
  /// Of each sub-pixel that the vector holds channels of.
  void store_sub_pixels(const OutputRows& o, Val i, const std::vector<Val>& values);
  void store_sub_pixel(const OutputRows& o, Val i, Val sub_pixel, Val channel, int active,
                       const std::vector<Val>& values);

  KernelBuilder& b_;
  const ConvGeometry& g_;
  const std::vector<WinogradSource>& sources_;
  const WinogradTransforms &h_, &w_;
  const int th_, tw_;  ///< inputs of a tile
  const int64_t tiles_h_, tiles_w_;
  const SubPixels sub_;
};

}  // namespace convoy
