// Resize over H and W of NHWC tensors, nearest, linear and cubic alike:
//
//   dst[n, h, w, c] = epilogue(sum over taps y of row h and x of column w of wy * wx * src[n, iy, ix, c])
//
// src and dst: f32, channel stride 1. The taps of every output row and column (their offsets in src and their
// weights) are tables made at compile time; nearest has one tap of weight 1, linear two, cubic four.
//
// Task space: rows = batch x output rows, one column. Pixels run along the row, channel vectors inside, so that
// memory is read and written in order; a pixel's weights stay in registers.
#include <algorithm>

#include "impls/copy/memory_cost.h"
#include "impls/epilogue.h"
#include "impls/resize/list.h"
#include "ops/resize.h"

namespace convoy {

namespace {

/// Taps of all outputs along one axis, padded with weights of zero to the same number.
struct TapTable {
  int64_t taps = 1;
  Tensor offsets;     ///< i64 [out][taps]: elements from the axis' first
  Tensor weights;     ///< f32 [out][taps]
  bool plain = true;  ///< one tap of weight one each
};

const Resize& op_of(const Problem& problem) {
  return *op_cast<Resize>(*problem.anchor().op);
}

TapTable make_table(const Resize& op, int axis, int64_t out, int64_t in, int64_t stride) {
  std::vector<std::vector<ResizeTap>> all;
  TapTable table;
  for (int64_t i = 0; i < out; ++i) {
    all.push_back(op.taps(axis, i, in));
    table.taps = std::max(table.taps, static_cast<int64_t>(all.back().size()));
  }
  table.offsets = Tensor(DType::i64, Shape{out, table.taps});
  table.weights = Tensor(DType::f32, Shape{out, table.taps});
  for (int64_t i = 0; i < out; ++i) {
    for (int64_t t = 0; t < table.taps; ++t) {
      const bool given = t < static_cast<int64_t>(all[i].size());
      const ResizeTap tap = given ? all[i][t] : ResizeTap{all[i].front().index, 0};
      table.offsets.as<int64_t>()[i * table.taps + t] = tap.index * stride;
      table.weights.as<float>()[i * table.taps + t] = static_cast<float>(tap.weight);
      table.plain &= table.taps == 1 && tap.weight == 1;
    }
  }
  return table;
}

enum ResizeArg { kSrc, kDst, kRowOffsets, kRowWeights, kColumnOffsets, kColumnWeights, kEpilogueArgs };

/// What the emitted code depends on.
struct ResizeKernel {
  Shape src_shape, dst_shape;
  std::vector<int64_t> src, dst;  ///< strides of N, C, H, W
  int64_t row_taps = 1, column_taps = 1;
  bool plain = false;
  Epilogue epilogue;

  std::string key() const {
    return fmt::format("{} {} {} {} {}x{} {}", src_shape.str(), dst_shape.str(), attribute_text(src),
                       attribute_text(dst), row_taps, column_taps, plain) +
           epilogue.key();
  }
};

class ResizeEmitter {
 public:
  ResizeEmitter(KernelBuilder& b, const ResizeKernel& kernel) : b_(b), k_(kernel) {}

  void emit() {
    b_.loop(b_.row_begin(), b_.row_end(), 1, [&](Val row) {
      Val n = row / k_.dst_shape[2], h = row % k_.dst_shape[2];
      std::vector<Val> rows, weights;
      for (int64_t t = 0; t < k_.row_taps; ++t) {
        Val entry = h * k_.row_taps + t;
        rows.push_back(b_.offset(b_.arg(kSrc), n * k_.src[0] + b_.load_i64(b_.arg(kRowOffsets), entry)));
        weights.push_back(b_.load_splat(b_.offset(b_.arg(kRowWeights), entry)));
      }
      b_.loop(0, k_.dst_shape[3], 1, [&](Val w) { pixel(n, h, w, rows, weights); });
    });
  }

 private:
  void pixel(Val n, Val h, Val w, const std::vector<Val>& rows, const std::vector<Val>& row_weights) {
    std::vector<Val> from, weights;
    for (int64_t t = 0; t < k_.column_taps; ++t) {
      Val entry = w * k_.column_taps + t;
      Val column = b_.load_i64(b_.arg(kColumnOffsets), entry);
      for (Val row : rows) from.push_back(b_.offset(row, column));
      weights.push_back(b_.load_splat(b_.offset(b_.arg(kColumnWeights), entry)));
    }
    const std::vector<Val> index = {n, b_.i64(0), h, w};
    Val dst = element_address(b_, b_.arg(kDst), k_.dst, index);
    auto vector = [&](Val c, int active) {
      Val sum = combine(from, row_weights, weights, c, active);
      if (!k_.epilogue.empty())
        sum = k_.epilogue.apply(b_, sum, k_.epilogue.at(b_, {n, c, h, w}), {0, 0, 0, 0}, 1, active);
      b_.store(sum, b_.offset(dst, c), 0, active);
    };
    const int64_t channels = k_.dst_shape[1], whole = channels / b_.lanes() * b_.lanes();
    b_.loop(0, whole, b_.lanes(), [&](Val c) { vector(c, -1); });
    if (whole < channels) vector(b_.i64(whole), static_cast<int>(channels - whole));
  }

  Val combine(const std::vector<Val>& from, const std::vector<Val>& row_weights, const std::vector<Val>& weights, Val c,
              int active) {
    if (k_.plain) return b_.load(b_.offset(from[0], c), 0, active);
    Val sum;
    for (size_t x = 0; x < weights.size(); ++x) {
      Val column;
      for (size_t y = 0; y < row_weights.size(); ++y) {
        Val value = b_.load(b_.offset(from[x * row_weights.size() + y], c), 0, active);
        column = column ? b_.fma(value, row_weights[y], column) : value * row_weights[y];
      }
      sum = sum ? b_.fma(column, weights[x], sum) : column * weights[x];
    }
    return sum;
  }

  KernelBuilder& b_;
  const ResizeKernel& k_;
};

std::string refusal(const Problem& problem) {
  const TensorType& src = problem.type(problem.anchor_input(0));
  const TensorType& dst = problem.type(problem.group.output);
  if (src.dtype != DType::f32) return "not f32";
  if (src.shape.rank() != 4) return "not of rank 4";
  if (dst.shape.elems() == 0) return "empty output";
  if (src.shape[0] != dst.shape[0] || src.shape[1] != dst.shape[1]) return "batch or channels are resized";
  const Resize& op = op_of(problem);
  for (int axis = 0; axis < 4; ++axis) {
    for (int64_t i = 0; i < dst.shape[axis]; ++i) {
      const auto taps = op.taps(axis, i, src.shape[axis]);
      if (taps.empty()) return "positions outside the input are filled";
      if (axis < 2 && (taps.size() != 1 || taps[0].index != i)) return "batch or channels are resized";
    }
  }
  return Epilogue::refusal(problem);
}

class TapsResize : public Impl {
 public:
  std::string name() const override { return "resize_taps"; }

  Proposal propose(const Problem& problem) const override {
    if (auto why = refusal(problem); !why.empty()) return Proposal::no(why);
    Proposal proposal;
    proposal.output = Layout::channels_last;
    proposal.in_place = true;
    proposal.demands[problem.anchor_input(0)] = Demand::channels_last;
    proposal.cost_ns = parallel_ns(one_thread_ns(problem), problem.target);
    proposal.variant = variant(problem);
    return proposal;
  }

  Lowered lower(const Problem& problem) const override {
    const ValueId src = problem.anchor_input(0), dst = problem.group.output;
    ResizeKernel kernel{problem.type(src).shape,
                        problem.type(dst).shape,
                        problem.view(src).strides,
                        problem.view(dst).strides,
                        1,
                        1,
                        false,
                        Epilogue(problem, kEpilogueArgs)};
    const TapTable rows = make_table(op_of(problem), 2, kernel.dst_shape[2], kernel.src_shape[2], kernel.src[2]);
    const TapTable columns = make_table(op_of(problem), 3, kernel.dst_shape[3], kernel.src_shape[3], kernel.src[3]);
    kernel.row_taps = rows.taps;
    kernel.column_taps = columns.taps;
    kernel.plain = rows.plain && columns.plain;
    StepSpec step;
    step.args = {ValueArg{src}, ValueArg{dst}, rows.offsets, rows.weights, columns.offsets, columns.weights};
    step.args.insert(step.args.end(), kernel.epilogue.args().begin(), kernel.epilogue.args().end());
    step.kernel = {variant(problem), kernel.key(), static_cast<int>(step.args.size()),
                   [kernel](KernelBuilder& b) { ResizeEmitter(b, kernel).emit(); }};
    step.rows = kernel.dst_shape[0] * kernel.dst_shape[2];
    step.cost_ns = one_thread_ns(problem);
    return {{std::move(step)}, {}};
  }

 private:
  static std::string variant(const Problem& problem) {
    return fmt::format("resize_{}_{}_{}", enum_word(op_of(problem).mode), problem.dtypes(), problem.target.isa.name);
  }

  static double one_thread_ns(const Problem& problem) {
    const double src = problem.bytes(problem.anchor_input(0)), dst = problem.bytes(problem.group.output);
    const int taps = op_of(problem).mode == ResizeMode::nearest  ? 1
                     : op_of(problem).mode == ResizeMode::linear ? 4
                                                                 : 16;
    const double vectors =
        static_cast<double>(problem.type(problem.group.output).shape.elems()) / problem.target.isa.f32_lanes();
    return std::max(memory_ns(src + dst, problem.target), vector_ops_ns(vectors * (taps + 2)));
  }
};

}  // namespace

const ImplList& resize_impls() {
  static const TapsResize taps;
  static const ImplList list = {&taps};
  return list;
}

}  // namespace convoy
