// A group of elementwise operators on f32 tensors of any rank and strides, operands broadcast as in numpy:
//
//   dst[i...] = f(operand 0[i...], operand 1[i...], ...)
//
// Axes that all tensors walk as one are merged; the innermost dimension of dst in memory runs in vectors, four
// at a time: that keeps enough loads in flight to use the memory's bandwidth and hides the latency of polynomials.
//
// Task space: rows = the other dimensions, columns = chunks of the innermost one; when there are no others, rows
// are the chunks. Rows too short for four vectors are computed several at a time.
#include <algorithm>

#include "impls/copy/loop_dims.h"
#include "impls/copy/memory_cost.h"
#include "impls/elementwise/list.h"
#include "impls/epilogue.h"
#include "ops/elementwise.h"

namespace convoy {

namespace {

constexpr int kUnroll = 4;
/// Vectors of the smallest part of the innermost dimension that a task computes.
constexpr int64_t kChunkVectors = 32;

struct Loops {
  std::vector<LoopDim> outer;
  LoopDim inner;
  std::vector<int64_t> dst;  ///< strides, per axis of the output
  int64_t chunk = 0;         ///< elements of the innermost dimension per task
  int64_t chunks() const { return (inner.extent + chunk - 1) / chunk; }
  bool flat() const { return outer.empty(); }
};

class ElementwiseEmitter {
 public:
  ElementwiseEmitter(KernelBuilder& b, const Loops& loops, const Epilogue& epilogue)
      : b_(b), loops_(loops), epilogue_(epilogue), lanes_(b.lanes()) {}

  void emit() {
    if (loops_.flat()) return part_of_row(origin(), b_.row_begin(), b_.row_end());
    const int64_t block = rows_at_once();
    Val blocks_end = b_.row_begin() + (b_.row_end() - b_.row_begin()) / block * block;
    b_.loop(b_.row_begin(), blocks_end, block, [&](Val row) { rows(row, block); });
    if (block > 1) b_.loop(blocks_end, b_.row_end(), 1, [&](Val row) { rows(row, 1); });
  }

 private:
  std::vector<Val> origin() { return std::vector<Val>(loops_.dst.size(), b_.i64(0)); }

  /// Short rows are computed together; their distance must be constant.
  int64_t rows_at_once() const {
    const int64_t vectors = (loops_.inner.extent + lanes_ - 1) / lanes_;
    return loops_.outer.size() == 1 ? std::max<int64_t>(1, kUnroll / vectors) : 1;
  }

  void rows(Val row, int64_t count) {
    std::vector<Val> index = origin();
    const std::vector<Val> outer = split_index(b_, loops_.outer, row);
    for (size_t d = 0; d < outer.size(); ++d) index[loops_.outer[d].axis] = outer[d];
    if (loops_.chunks() > 1) return part_of_row(index, b_.col_begin(), b_.col_end());
    const int64_t group = kUnroll * lanes_, grouped = loops_.inner.extent / group * group;
    b_.loop(0, grouped, group, [&](Val i) { vectors_at(index, i, kUnroll, count, -1); });
    rest_of_row(index, grouped, count);
  }

  /// Chunks [first, last) of the row at `index`.
  void part_of_row(const std::vector<Val>& index, Val first, Val last) {
    const int64_t group = kUnroll * lanes_, grouped = loops_.inner.extent / group * group;
    Val end = last * loops_.chunk;
    b_.loop(first * loops_.chunk, b_.min(end, b_.i64(grouped)), group,
            [&](Val i) { vectors_at(index, i, kUnroll, 1, -1); });
    if (grouped < loops_.inner.extent) {
      b_.if_then(b_.less(b_.i64(grouped), end), [&] { rest_of_row(index, grouped, 1); });
    }
  }

  void rest_of_row(const std::vector<Val>& index, int64_t begin, int64_t row_count) {
    const int64_t rest = loops_.inner.extent - begin, whole = rest / lanes_;
    const int active = static_cast<int>(rest % lanes_);
    const int vectors = static_cast<int>(whole) + (active > 0);
    if (vectors > 0) vectors_at(index, b_.i64(begin), vectors, row_count, active > 0 ? active : -1);
  }

  /// `vectors` vectors from element i of `row_count` rows; the last vector has `last_active` lanes.
  void vectors_at(std::vector<Val> index, Val i, int vectors, int64_t row_count, int last_active) {
    index[loops_.inner.axis] = i;
    const Epilogue::Cursor cursor = epilogue_.at(b_, index);
    Val dst = element_address(b_, b_.arg(0), loops_.dst, index);
    std::vector<Val> results;
    for_each_vector(vectors, row_count, last_active, [&](const std::vector<int64_t>& offsets, int active) {
      results.push_back(epilogue_.apply(b_, {}, cursor, offsets, loops_.inner.axis, active));
    });
    auto result = results.begin();
    for_each_vector(vectors, row_count, last_active, [&](const std::vector<int64_t>& offsets, int active) {
      int64_t moved = 0;
      for (size_t axis = 0; axis < offsets.size(); ++axis) moved += offsets[axis] * loops_.dst[axis];
      b_.store_strided(*result++, b_.offset(dst, moved), loops_.dst[loops_.inner.axis], active);
    });
  }

  template <class Fn>
  void for_each_vector(int vectors, int64_t row_count, int last_active, Fn&& fn) {
    std::vector<int64_t> offsets(loops_.dst.size(), 0);
    for (int64_t row = 0; row < row_count; ++row) {
      if (row > 0) offsets[loops_.outer[0].axis] = row;
      for (int v = 0; v < vectors; ++v) {
        offsets[loops_.inner.axis] = v * lanes_;
        fn(offsets, v == vectors - 1 ? last_active : -1);
      }
    }
  }

  KernelBuilder& b_;
  const Loops& loops_;
  const Epilogue& epilogue_;
  const int lanes_;
};

/// True when the tensor is read as one element, kept in the code.
bool is_immediate(const Problem& problem, ValueId id) {
  return problem.graph().is_constant(id) && problem.type(id).shape.elems() == 1;
}

Loops make_loops(const Problem& problem) {
  const TensorView& dst = problem.view(problem.group.output);
  std::vector<std::vector<int64_t>> strides = {dst.strides};
  for (ValueId id : problem.group.inputs) {
    if (is_immediate(problem, id)) continue;
    const TensorView view = problem.graph().is_constant(id)
                                ? TensorView::contiguous(problem.type(id), Layout::row_major)
                                : problem.view(id);
    strides.push_back(broadcast_strides(view, dst.shape));
  }
  Loops loops{.outer = loop_dims(dst.shape, strides), .dst = dst.strides};
  if (!loops.outer.empty()) {
    loops.inner = loops.outer.back();
    loops.outer.pop_back();
  }
  const int64_t chunk = kChunkVectors * problem.target.isa.f32_lanes();
  const bool divide = loops.flat() || loops.inner.extent >= 4 * chunk;
  loops.chunk = divide ? chunk : std::max<int64_t>(1, loops.inner.extent);
  return loops;
}

bool lies_channels_last(const TensorView& view) {
  return view.rank() >= 3 && view.channels_innermost() && !view.is_contiguous(Layout::row_major);
}

/// The layout of the largest input: most bytes are then read and written in order.
Layout output_layout(const Problem& problem) {
  const TensorView* largest = nullptr;
  for (ValueId id : problem.group.inputs) {
    if (problem.graph().is_constant(id)) continue;
    const TensorView& view = problem.view(id);
    if (!largest || view.shape.elems() > largest->shape.elems()) largest = &view;
  }
  return largest && lies_channels_last(*largest) ? Layout::channels_last : Layout::row_major;
}

class Elementwise : public Impl {
 public:
  std::string name() const override { return "elementwise"; }

  Proposal propose(const Problem& problem) const override {
    if (auto why = Epilogue::refusal(problem); !why.empty()) return Proposal::no(why);
    const TensorType& output = problem.type(problem.group.output);
    if (output.dtype != DType::f32) return Proposal::no("the output is not f32");
    if (output.shape.rank() == 0) return Proposal::no("a scalar");
    Proposal proposal;
    proposal.output = output_layout(problem);
    proposal.output_demand = Demand::any;
    proposal.cost_ns = parallel_ns(cost_ns(problem), problem.target);
    proposal.variant = variant(problem.target);
    return proposal;
  }

  Lowered lower(const Problem& problem) const override {
    const Loops loops = make_loops(problem);
    const Epilogue epilogue(problem, 1);
    StepSpec step;
    step.kernel = {.name = variant(problem.target),
                   .key = loop_key(loops.outer) + loop_key({loops.inner}) + attribute_text(loops.dst) + epilogue.key(),
                   .arg_count = 1 + static_cast<int>(epilogue.args().size()),
                   .emit = [loops, epilogue](KernelBuilder& b) { ElementwiseEmitter(b, loops, epilogue).emit(); }};
    step.args = {ValueArg{problem.group.output}};
    step.args.insert(step.args.end(), epilogue.args().begin(), epilogue.args().end());
    const bool empty = problem.type(problem.group.output).shape.elems() == 0;
    step.rows = empty ? 0 : loops.flat() ? loops.chunks() : iterations(loops.outer);
    step.cols = loops.flat() ? 1 : loops.chunks();
    step.cost_ns = cost_ns(problem);
    return {{std::move(step)}, {}};
  }

 private:
  static std::string variant(const Target& target) { return "elementwise_f32_" + target.isa.name; }

  static double cost_ns(const Problem& problem) {
    const Shape& shape = problem.type(problem.group.output).shape;
    double bytes = 0, ops = 0;
    for (ValueId id : problem.group.inputs) bytes += static_cast<double>(problem.type(id).bytes());
    bytes += 4.0 * static_cast<double>(shape.elems());
    ops += static_cast<double>(shape.elems()) * (2 + member_ops(problem)) / problem.target.isa.f32_lanes();
    return std::max(memory_ns(bytes, problem.target), vector_ops_ns(ops));
  }

  /// Vector instructions per vector of results.
  static double member_ops(const Problem& problem) {
    double ops = node_ops(problem.anchor());
    for (const EpilogueNode& member : problem.group.epilogue) ops += node_ops(problem.graph().nodes[member.node]);
    return ops;
  }

  static double node_ops(const Node& node) {
    if (const auto* op = op_cast<Binary>(*node.op)) return op->kind == BinaryKind::pow ? 40 : 1;
    const UnaryKind kind = op_cast<Unary>(*node.op)->kind;
    const bool simple = kind == UnaryKind::relu || kind == UnaryKind::leaky_relu || kind == UnaryKind::clip ||
                        kind == UnaryKind::neg || kind == UnaryKind::abs || kind == UnaryKind::hard_sigmoid ||
                        kind == UnaryKind::hard_swish;
    return simple ? 2 : 18;
  }
};

}  // namespace

const Impl& elementwise() {
  static const Elementwise impl;
  return impl;
}

}  // namespace convoy
