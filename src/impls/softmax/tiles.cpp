// Softmax along an axis of few contiguous elements, such as the classes of the pixels of an NHWC tensor:
//
//   dst[i] = epilogue(exp(src[i] - m) / s),    m = max src[j], s = sum over j of exp(src[j] - m)
//   dst[i] = epilogue((src[i] - m) - log s)    with `log`
//
// src, dst: f32, stride 1 along the axis, other strides free; dst lies where the plan puts it, never on src.
//
// Tiles of lanes x lanes elements are transposed (pixel_tiles.h): each lane computes one pixel, and nothing is folded
// across lanes. Scratch memory: the transposed elements of one vector of pixels, then their exponentials.
//
// Task space: columns = vectors of pixels along the line, the innermost of the other axes; rows = the others.
#include <algorithm>
#include <cmath>
#include <limits>

#include "impls/copy/memory_cost.h"
#include "impls/elementwise/math.h"
#include "impls/pixel_tiles.h"
#include "impls/softmax/list.h"
#include "impls/softmax/softmax_kernel.h"
#include "support/int_math.h"

namespace convoy {

namespace {

struct TiledSoftmax {
  SoftmaxKernel softmax;  ///< others: without `line`
  LoopDim line;           ///< of pixels; of extent 0 when there is none
};

TiledSoftmax make_tiled(const Problem& problem) {
  TiledSoftmax k{.softmax = make_softmax(problem), .line = {.extent = 0, .strides = {0, 0}}};
  auto& others = k.softmax.others;
  auto line = std::ranges::min_element(others, {}, [](const LoopDim& dim) { return dim.strides[0]; });
  if (line == others.end()) return k;
  k.line = *line;
  others.erase(line);
  return k;
}

class TilesEmitter {
 public:
  TilesEmitter(KernelBuilder& b, const TiledSoftmax& kernel) : b_(b), k_(kernel), s_(kernel.softmax) {}

  void emit() {
    b_.loop(b_.row_begin(), b_.row_end(), 1, [&](Val row) {
      auto [index, src] = row_start(b_, s_.others, row, s_.dst.size(), b_.arg(0));
      for_each_tile_column(b_, k_.line.extent, [&](Val first, int lines) {
        index[k_.line.axis] = first;
        pixels(index, b_.offset(src, first * k_.line.strides[0]), lines);
      });
    });
  }

 private:
  /// Calls body(first element, elements) for the tiles along the axis.
  std::vector<Val> tiles(const std::vector<Val>& carried,
                         const std::function<std::vector<Val>(Val, int, const std::vector<Val>&)>& body) {
    const int64_t lanes = b_.lanes(), whole = s_.extent / lanes * lanes;
    std::vector<Val> values = b_.loop(0, whole, lanes, carried, [&](Val i, const std::vector<Val>& now) {
      return body(i, static_cast<int>(lanes), now);
    });
    return whole < s_.extent ? body(b_.i64(whole), static_cast<int>(s_.extent - whole), values) : values;
  }

  Val scratch(Val elem) { return b_.offset(b_.scratch(), elem * b_.lanes()); }

  void pixels(const std::vector<Val>& index, Val src, int lines) {
    Val largest = transpose_and_find_largest(src, lines);
    Val sum = exponentials(largest);
    if (s_.log) {
      // Not x - (m + log s): a large m would swallow the logarithm's digits.
      Val log_sum = emit_log(b_, sum);
      finish(index, lines, [&](Val x) { return (x - largest) - log_sum; });
    } else {
      Val scale = b_.f32(1) / sum;
      finish(index, lines, [&](Val e) { return e * scale; });
    }
  }

  Val transpose_and_find_largest(Val src, int lines) {
    Val lowest = b_.f32(-std::numeric_limits<double>::infinity());
    return tiles({lowest}, [&](Val i, int elems, const std::vector<Val>& carried) {
      Val largest = carried[0];
      const std::vector<Val> tile = load_tile(b_, b_.offset(src, i), k_.line.strides[0], lines, elems);
      for (int e = 0; e < elems; ++e) {
        b_.store(tile[e], scratch(i), e * b_.lanes());
        largest = b_.fmax(tile[e], largest);
      }
      return std::vector<Val>{largest};
    })[0];
  }

  /// The sums of exp(x - largest); without `log`, the terms replace the elements in scratch.
  Val exponentials(Val largest) {
    return tiles({b_.f32(0)}, [&](Val i, int elems, const std::vector<Val>& carried) {
      Val sum = carried[0];
      for (int e = 0; e < elems; ++e) {
        Val term = emit_exp(b_, b_.load(scratch(i), e * b_.lanes()) - largest);
        if (!s_.log) b_.store(term, scratch(i), e * b_.lanes());
        sum = sum + term;
      }
      return std::vector<Val>{sum};
    })[0];
  }

  void finish(std::vector<Val> index, int lines, const std::function<Val(Val)>& result) {
    tiles({}, [&](Val i, int elems, const std::vector<Val>&) {
      index[s_.axis] = i;
      const Epilogue::Cursor cursor = s_.epilogue.at(b_, index);
      std::vector<int64_t> offsets(index.size(), 0);
      std::vector<Val> tile;
      for (int e = 0; e < elems; ++e) {
        offsets[s_.axis] = e;
        Val value = result(b_.load(scratch(i), e * b_.lanes()));
        tile.push_back(s_.epilogue.apply(b_, value, cursor, offsets, k_.line.axis, lines));
      }
      store_tile(b_, std::move(tile), element_address(b_, b_.arg(1), s_.dst, index), k_.line.strides[1], lines);
      return std::vector<Val>{};
    });
  }

  KernelBuilder& b_;
  const TiledSoftmax& k_;
  const SoftmaxKernel& s_;
};

class SoftmaxTiles : public Impl {
 public:
  std::string name() const override { return "softmax_tiles"; }

  Proposal propose(const Problem& problem) const override {
    Proposal proposal = propose_softmax(problem);
    if (!proposal.accepted()) return proposal;
    const SoftmaxSize size = softmax_size(problem);
    if (!tiles_pay(size.extent, size.line, problem.target.isa.f32_lanes())) {
      return Proposal::no("long rows, or few of them");
    }
    proposal.cost_ns = parallel_ns(cost_ns(problem), problem.target);
    proposal.variant = fmt::format("softmax_tiles_{}_{}", problem.dtypes(), problem.target.isa.name);
    return proposal;
  }

  Lowered lower(const Problem& problem) const override {
    const TiledSoftmax k = make_tiled(problem);
    const int64_t lanes = problem.target.isa.f32_lanes();
    StepSpec step = softmax_step(problem, k.softmax);
    step.kernel.name = fmt::format("softmax_tiles_{}_{}", problem.dtypes(), problem.target.isa.name);
    step.kernel.key += loop_key({k.line});
    step.kernel.emit = [k](KernelBuilder& b) { TilesEmitter(b, k).emit(); };
    step.rows = iterations(k.softmax.others);
    step.cols = ceil_div(k.line.extent, lanes);
    step.scratch_bytes = 4 * lanes * k.softmax.extent;
    step.cost_ns = cost_ns(problem);
    return {{std::move(step)}, {}};
  }

 private:
  /// An element takes 20 instructions on a vector of pixels, and a dozen to be transposed twice.
  static double cost_ns(const Problem& problem) {
    const SoftmaxSize size = softmax_size(problem);
    const double vectors = std::ceil(static_cast<double>(size.rows) / problem.target.isa.f32_lanes());
    const auto bytes = static_cast<double>(problem.bytes(problem.anchor_input(0)));
    return std::max(memory_ns(2 * bytes, problem.target),
                    vector_ops_ns(32 * vectors * static_cast<double>(size.extent)));
  }
};

}  // namespace

const Impl& softmax_tiles() {
  static const SoftmaxTiles impl;
  return impl;
}

}  // namespace convoy
