// A group of elementwise operators on tensors of any rank and strides, operands broadcast as in numpy:
//
//   dst[i...] = f(operand 0[i...], operand 1[i...], ...)
//
// Tensors are f32, boolean (a byte of 0 or 1 an element) or integers; what is computed between the operators stays
// in registers, booleans as masks.
// Axes that all tensors walk as one are merged; the innermost dimension of dst in memory runs in vectors
// (row_loops.h says how, and what the task space is).
#include <algorithm>

#include "impls/copy/layout_like.h"
#include "impls/copy/memory_cost.h"
#include "impls/copy/row_loops.h"
#include "impls/elementwise/list.h"
#include "impls/elementwise/node.h"
#include "impls/epilogue.h"

namespace convoy {

namespace {

/// Address of a block's first element, seen from an output of this rank: index per axis.
std::vector<Val> block_index(KernelBuilder& b, const RowLoops& loops, const RowBlock& block, int rank) {
  std::vector<Val> index(rank, b.i64(0));
  for (size_t d = 0; d < block.outer.size(); ++d) index[loops.outer[d].axis] = block.outer[d];
  index[loops.inner.axis] = block.i;
  return index;
}

/// Computes the block's vectors, all before the first is stored, so that their latencies overlap.
void emit_block(KernelBuilder& b, const RowLoops& loops, DType dtype, const std::vector<int64_t>& dst_strides,
                const Epilogue& epilogue, const RowBlock& block) {
  const int inner_axis = loops.inner.axis;
  const auto rank = static_cast<int>(dst_strides.size());
  const std::vector<Val> index = block_index(b, loops, block, rank);
  const Epilogue::Cursor cursor = epilogue.at(b, index);
  std::vector<Epilogue::Place> places;
  for_each_vector(block, [&](int64_t row, int v, int active) {
    std::vector<int64_t> offsets(rank, 0);
    if (row > 0) offsets[loops.outer.back().axis] = row;
    offsets[inner_axis] = v * b.lanes();
    places.push_back({offsets, active});
  });
  const std::vector<Val> results = epilogue.apply_all(b, {}, cursor, places, inner_axis);
  Val dst = element_address(b, dtype, b.arg(0), dst_strides, index);
  auto result = results.begin();
  for_each_vector(block, [&](int64_t row, int v, int active) {
    const int64_t row_offset = row > 0 ? row * dst_strides[loops.outer.back().axis] : 0;
    const int64_t offset = row_offset + v * b.lanes() * dst_strides[inner_axis];
    b.store_strided(dtype, *result++, b.offset(dtype, dst, offset), dst_strides[inner_axis], active);
  });
}

/// True when the tensor is read as one element, kept in the code.
bool is_immediate(const Problem& problem, ValueId id) {
  return problem.graph().is_constant(id) && problem.type(id).shape.elems() == 1;
}

/// The output's view; a scalar's has one axis.
TensorView output_view(const Problem& problem) {
  const TensorView view = problem.view(problem.group.output);
  return view.rank() == 0 ? TensorView{view.dtype, Shape{1}, {1}} : view;
}

RowLoops make_loops(const Problem& problem, const TensorView& dst) {
  std::vector<std::vector<int64_t>> strides = {dst.strides};
  for (ValueId id : problem.group.inputs) {
    if (is_immediate(problem, id)) continue;
    const TensorView view = problem.graph().is_constant(id)
                                ? TensorView::contiguous(problem.type(id), Layout::row_major)
                                : problem.view(id);
    strides.push_back(broadcast_strides(view, dst.shape));
  }
  return RowLoops(loop_dims(dst.shape, strides), problem.target.isa);
}

/// The layout of the input with most bytes: they are then read and written in order.
Layout output_layout(const Problem& problem) {
  ValueId largest = kAbsent;
  for (ValueId id : problem.group.inputs) {
    if (problem.graph().is_constant(id)) continue;
    if (largest == kAbsent || problem.bytes(id) > problem.bytes(largest)) largest = id;
  }
  return largest != kAbsent ? layout_like(problem.view(largest)) : Layout::row_major;
}

/// Elements that the conversions of layouts have kernels for.
bool converts_fast(DType dtype) {
  return size_of(dtype) >= 4;
}

/// Inputs of the output's size must lie in its order: gathering them element by element costs more than a
/// conversion.
void demand_order(const Problem& problem, Proposal& proposal) {
  const Shape& shape = problem.type(problem.group.output).shape;
  for (ValueId id : problem.group.inputs) {
    if (problem.graph().is_constant(id) || problem.type(id).shape != shape || shape.rank() < 3) continue;
    if (!converts_fast(problem.type(id).dtype)) continue;
    const TensorView& view = problem.view(id);
    if (proposal.output == Layout::channels_last) {
      proposal.demands[id] = Demand::channels_last;
    } else if (layout_like(view) == Layout::channels_last) {
      proposal.demands[id] = Demand::row_major;
    }
  }
}

class Elementwise : public Impl {
 public:
  std::string name() const override { return "elementwise"; }

  Proposal propose(const Problem& problem) const override {
    if (auto why = Epilogue::refusal(problem); !why.empty()) return Proposal::no(why);
    const TensorType& output = problem.type(problem.group.output);
    Proposal proposal;
    proposal.output = output_layout(problem);
    proposal.in_place = true;
    if (output.shape.rank() < 3 || !converts_fast(output.dtype)) proposal.output_demand = Demand::any;
    demand_order(problem, proposal);
    proposal.cost_ns = parallel_ns(cost_ns(problem), problem.target);
    proposal.variant = variant(problem);
    return proposal;
  }

  Lowered lower(const Problem& problem) const override {
    const TensorView dst = output_view(problem);
    const RowLoops loops = make_loops(problem, dst);
    const Epilogue epilogue(problem, 1);
    StepSpec step;
    const DType dtype = problem.type(problem.group.output).dtype;  // in registers
    step.kernel = {.name = variant(problem),
                   .key = loops.key() + attribute_text(dst.strides) + epilogue.key(),
                   .arg_count = 1 + static_cast<int>(epilogue.args().size()),
                   .emit = [loops, dtype, strides = dst.strides, epilogue](KernelBuilder& b) {
                     emit_row_loops(b, loops, [&](const RowBlock& block) {
                       emit_block(b, loops, dtype, strides, epilogue, block);
                     });
                   }};
    step.args = {ValueArg{problem.group.output}};
    step.args.insert(step.args.end(), epilogue.args().begin(), epilogue.args().end());
    loops.set_task_space(step);
    step.cost_ns = cost_ns(problem);
    return {{std::move(step)}, {}};
  }

 private:
  static std::string variant(const Problem& problem) {
    const bool rounded = problem.is_bf16(problem.group.output);
    return fmt::format("elementwise_{}_{}", rounded ? "bf16" : "f32", problem.target.isa.name);
  }

  static double cost_ns(const Problem& problem) {
    const TensorType& output = problem.type(problem.group.output);
    auto bytes = static_cast<double>(problem.bytes(problem.group.output));
    for (ValueId id : problem.group.inputs) bytes += static_cast<double>(problem.bytes(id));
    const double ops =
        static_cast<double>(output.shape.elems()) * (2 + member_ops(problem)) / problem.target.isa.f32_lanes();
    return std::max(memory_ns(bytes, problem.target), vector_ops_ns(ops));
  }

  /// Cycles per vector of results: polynomials run at two instructions a cycle.
  static double member_ops(const Problem& problem) {
    double ops = node_ops(problem.anchor());
    for (const EpilogueNode& member : problem.group.epilogue) ops += node_ops(problem.graph().nodes[member.node]);
    return ops;
  }
};

}  // namespace

const Impl& elementwise() {
  static const Elementwise impl;
  return impl;
}

}  // namespace convoy
