// dst[i, j, ...] = src[maps[0][i], maps[1][j], ...] or a fill value.
//
// dst, src: 4-byte elements or bf16, any strides, no overlap. The axes of dst in memory order are: outer axes, whose
// maps are tables read at run time; one axis whose map is a list of runs known to the code (a run steps evenly
// through src, or is filled); and a block, the innermost axis if its map changes nothing. A padded NHWC image
// thus is H rows of [left border, interior, right border], each copied or filled as one stretch of memory.
//
// Task space: rows = the outer axes.
#include "impls/copy/mapped_copy.h"

#include <algorithm>
#include <bit>

#include "graph/attributes.h"
#include "impls/copy/memory_cost.h"
#include "impls/copy/strided_copy.h"
#include "support/dtypes.h"

namespace convoy {

namespace {

enum Arg { kDst, kSrc, kTables };
constexpr size_t kMaxRuns = 24;

/// dst [begin, begin + count) is src source, source + step, ...; filled when source is kNoSource.
struct Run {
  int64_t begin = 0, count = 0, source = 0, step = 1;
  bool filled() const { return source == kNoSource; }
};

struct MappedAxis {
  int64_t extent = 1, dst_stride = 0, src_stride = 0;
  AxisMap map;
};

struct MappedLoops {
  std::vector<MappedAxis> outer;
  std::vector<Run> runs;
  MappedAxis run_axis, block;
  DType dtype = DType::f32;
  double fill = 0;
};

bool extends(const Run& run, int64_t source) {
  if (run.filled() || source == kNoSource) return run.source == source;
  return run.count == 1 || source == run.source + run.count * run.step;
}

std::vector<Run> find_runs(const AxisMap& map) {
  std::vector<Run> runs;
  for (size_t i = 0; i < map.size(); ++i) {
    if (runs.empty() || !extends(runs.back(), map[i])) {
      runs.push_back({static_cast<int64_t>(i), 1, map[i], 1});
      continue;
    }
    if (runs.back().count == 1) runs.back().step = map[i] - runs.back().source;
    ++runs.back().count;
  }
  return runs;
}

bool is_identity(const MappedAxis& axis) {
  const std::vector<Run> runs = find_runs(axis.map);
  return runs.size() == 1 && runs[0].source == 0 && (runs[0].step == 1 || runs[0].count == 1);
}

std::vector<MappedAxis> axes_in_memory_order(const MappedCopy& copy) {
  std::vector<MappedAxis> axes;
  for (int axis = 0; axis < copy.dst.rank(); ++axis) {
    axes.push_back({copy.dst.shape[axis], copy.dst.stride(axis), copy.src.stride(axis), copy.maps[axis]});
  }
  std::erase_if(axes, [](const MappedAxis& axis) { return axis.extent == 1 && axis.map[0] == 0; });
  std::stable_sort(axes.begin(), axes.end(), [](const MappedAxis& a, const MappedAxis& b) {
    return std::abs(a.dst_stride) > std::abs(b.dst_stride);
  });
  return axes;
}

/// Takes the innermost axis away; a single element when there is none.
MappedAxis take_back(std::vector<MappedAxis>& axes) {
  if (axes.empty()) return {1, 1, 1, {0}};
  MappedAxis axis = std::move(axes.back());
  axes.pop_back();
  return axis;
}

MappedLoops make_loops(const MappedCopy& copy) {
  MappedLoops loops{.outer = axes_in_memory_order(copy), .dtype = copy.dst.dtype, .fill = copy.fill};
  const bool has_block = !loops.outer.empty() && is_identity(loops.outer.back());
  std::vector<MappedAxis> none;
  loops.block = take_back(has_block ? loops.outer : none);
  loops.run_axis = take_back(loops.outer);
  loops.runs = find_runs(loops.run_axis.map);
  // A run axis without a pattern is looked up like the outer ones; the block is then all of a row.
  if (loops.runs.size() > kMaxRuns && has_block) {
    loops.outer.push_back(loops.run_axis);
    loops.run_axis = take_back(none);
    loops.runs = find_runs(loops.run_axis.map);
  }
  return loops;
}

class MappedEmitter {
 public:
  MappedEmitter(KernelBuilder& b, const MappedLoops& loops) : b_(b), loops_(loops), lanes_(b.lanes()) {}

  void emit() {
    b_.loop(b_.row_begin(), b_.row_end(), 1, [&](Val row) {
      Val dst = b_.arg(kDst), src = b_.arg(kSrc);
      Val lowest = b_.i64(0);  // below 0 when one of the tables says so
      for (size_t d = loops_.outer.size(); d-- > 0;) {
        const MappedAxis& axis = loops_.outer[d];
        Val i = d == 0 ? row : row % axis.extent;
        row = d == 0 ? row : row / axis.extent;
        Val source = b_.load_i64(b_.arg(kTables + static_cast<int>(d)), i);
        dst = b_.offset(dst, i * axis.dst_stride);
        src = b_.offset(src, source * axis.src_stride);
        lowest = b_.min(lowest, source);
      }
      if (loops_.outer.empty()) return row_of_runs(dst, src);
      b_.if_else(
          b_.less(lowest, b_.i64(0)), [&] { fill_row(dst); }, [&] { row_of_runs(dst, src); });
    });
  }

 private:
  void row_of_runs(Val dst, Val src) {
    for (const Run& run : loops_.runs) {
      run.filled() ? fill(dst, run.begin, run.count) : copy(dst, src, run);
    }
  }

  void fill_row(Val dst) { fill(dst, 0, loops_.run_axis.extent); }

  Val fill_vector() {
    if (is_float(loops_.dtype)) return b_.f32(loops_.fill);
    const auto bits = loops_.dtype == DType::u32 ? std::bit_cast<int32_t>(static_cast<uint32_t>(loops_.fill))
                                                 : static_cast<int32_t>(loops_.fill);
    return b_.bits_to_f32(b_.i32(bits));
  }

  /// Blocks [begin, begin + count) of the row.
  void fill(Val dst, int64_t begin, int64_t count) {
    blocks(dst, {}, {begin, count, 0, 0}, [&](Val to, Val, int64_t dst_step, int64_t, int active) {
      b_.store_strided(fill_vector(), to, dst_step, active);
    });
  }

  void copy(Val dst, Val src, const Run& run) {
    Val from = b_.offset(src, run.source * loops_.run_axis.src_stride);
    blocks(dst, from, run, [&](Val to, Val at, int64_t dst_step, int64_t src_step, int active) {
      b_.store_strided(b_.load_strided(at, src_step, active), to, dst_step, active);
    });
  }

  /// Calls `move` for each vector of the run: as one stretch where both sides allow, else block by block, or
  /// along the run when blocks are single elements.
  template <class Move>
  void blocks(Val dst, Val src, const Run& run, Move&& move) {
    const MappedAxis &axis = loops_.run_axis, &block = loops_.block;
    const int64_t src_step = run.step * axis.src_stride;
    dst = b_.offset(dst, run.begin * axis.dst_stride);
    const bool dst_packed = axis.dst_stride == block.extent * block.dst_stride;
    const bool src_packed = !src || src_step == block.extent * block.src_stride;
    if (dst_packed && src_packed) {
      stretch(dst, src, run.count * block.extent, block.dst_stride, block.src_stride, move);
    } else if (block.extent == 1) {
      stretch(dst, src, run.count, axis.dst_stride, src_step, move);
    } else {
      b_.loop(0, run.count, 1, [&](Val i) {
        stretch(b_.offset(dst, i * axis.dst_stride), src ? b_.offset(src, i * src_step) : src, block.extent,
                block.dst_stride, block.src_stride, move);
      });
    }
  }

  template <class Move>
  void stretch(Val dst, Val src, int64_t elems, int64_t dst_step, int64_t src_step, Move&& move) {
    const int64_t whole = elems / lanes_ * lanes_;
    auto at = [&](Val i, int active) {
      move(b_.offset(dst, i * dst_step), src ? b_.offset(src, i * src_step) : src, dst_step, src_step, active);
    };
    const int64_t unrolled = whole / (4 * lanes_) * (4 * lanes_);
    b_.loop(0, unrolled, 4 * lanes_, [&](Val i) {
      for (int v = 0; v < 4; ++v) at(i + v * lanes_, -1);
    });
    for (int64_t i = unrolled; i < whole; i += lanes_) at(b_.i64(i), -1);
    if (whole < elems) at(b_.i64(whole), static_cast<int>(elems - whole));
  }

  KernelBuilder& b_;
  const MappedLoops& loops_;
  const int lanes_;
};

std::string axis_key(const MappedAxis& axis) {
  return fmt::format("{},{},{};", axis.extent, axis.dst_stride, axis.src_stride);
}

std::string loops_key(const MappedLoops& loops) {
  std::string text = fmt::format("{} {:.9g} ", to_string(loops.dtype), loops.fill);
  for (const MappedAxis& axis : loops.outer) text += axis_key(axis);
  text += "runs" + axis_key(loops.run_axis) + axis_key(loops.block);
  for (const Run& run : loops.runs) text += fmt::format("{},{},{},{};", run.begin, run.count, run.source, run.step);
  return text;
}

}  // namespace

std::optional<StepSpec> lower_mapped_copy(const MappedCopy& copy, StepArg dst, StepArg src, const Target& target) {
  const MappedLoops loops = make_loops(copy);
  if (loops.runs.size() > kMaxRuns) return std::nullopt;
  StepSpec step;
  step.kernel = {
      .name = fmt::format("mapped_copy_{}_{}", element_words(copy.src.dtype, copy.dst.dtype), target.isa.name),
      .key = loops_key(loops),
      .arg_count = kTables + static_cast<int>(loops.outer.size()),
      .emit = [loops](KernelBuilder& b) { MappedEmitter(b, loops).emit(); }};
  step.args.push_back(std::move(dst));
  step.args.push_back(std::move(src));
  step.rows = loops.run_axis.extent == 0 || loops.block.extent == 0 ? 0 : 1;
  for (const MappedAxis& axis : loops.outer) {
    step.rows *= axis.extent;
    step.args.push_back(Tensor::of(axis.map));
  }
  const int64_t bytes =
      copy.src.shape.elems() * size_of(copy.src.dtype) + copy.dst.shape.elems() * size_of(copy.dst.dtype);
  step.cost_ns = memory_ns(static_cast<double>(bytes), target);
  return step;
}

}  // namespace convoy
