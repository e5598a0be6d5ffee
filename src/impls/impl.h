// One way to compute a group, and what a step of the program is made of. The implementations of each
// operator stand in impls/<operator>/list.cpp; impls/list.cpp joins them, the reference last.
#pragma once

#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "codegen/llvm/jit.h"
#include "impls/tensor_view.h"
#include "passes/group.h"

namespace convoy {

/// The machine a network is compiled for.
struct Target {
  Isa isa;
  Caches caches;
  int threads = 1;
  /// Implementations with larger rounding errors, relative to a layer's largest result, refuse.
  double max_error = std::numeric_limits<double>::infinity();
};

/// What a kernel's pointer argument refers to.
struct ValueArg {
  ValueId value;
};
struct TempArg {
  int index;  ///< into Lowered::temp_bytes
};
/// A constant that takes time to make: weights in the kernel's layout. All of a network are packed at the end of
/// planning, on all cores.
struct PackedArg {
  int64_t bytes = 0;  ///< of what `pack` makes
  std::function<Tensor()> pack;
  DType dtype = DType::f32;  ///< of what `pack` makes
};
using StepArg = std::variant<ValueArg, Tensor, PackedArg, TempArg>;  // a Tensor is a constant

/// A group to be computed. Views of inputs are known when an implementation is asked; the output's view is
/// set before it lowers.
struct Problem {
  const GroupedGraph& grouped;
  const Group& group;
  const Target& target;
  std::map<ValueId, TensorView> views;

  const Graph& graph() const { return grouped.graph; }
  const Node& anchor() const { return graph().nodes[group.anchor]; }
  const TensorType& type(ValueId id) const { return graph().type(id); }
  const TensorView& view(ValueId id) const { return views.at(id); }
  /// The value's type in memory: as its view says or, while it has none, as it will be stored.
  TensorType stored_type(ValueId id) const;
  int64_t bytes(ValueId id) const { return stored_type(id).bytes(); }
  /// The element type of the anchor's first input and of the output in memory: "bf16", or "f32_bf16" where they differ;
  /// for kernels' names.
  std::string dtypes() const;
  /// True when the value's f32 elements lie in memory as bf16.
  bool is_bf16(ValueId id) const { return type(id).dtype == DType::f32 && stored_type(id).dtype == DType::bf16; }
  /// Input `index` of the anchor, kAbsent when it has fewer or it is not given.
  ValueId anchor_input(size_t index) const { return index < anchor().inputs.size() ? anchor().inputs[index] : kAbsent; }
  /// Bytes of the anchor's constant input `index`.
  int64_t constant_bytes(size_t index) const { return type(anchor_input(index)).bytes(); }
  /// A value as a kernel's argument: constants bring their data along.
  StepArg arg(ValueId id) const {
    return graph().is_constant(id) ? StepArg(*graph().value(id).constant) : StepArg(ValueArg{id});
  }
};

/// An implementation's answer for a problem: what it needs and how long it would take, or why not.
struct Proposal {
  std::string refusal;                ///< empty: accepted
  std::map<ValueId, Demand> demands;  ///< per group input; Demand::any when not named. Constants that the
                                      ///< implementation packs itself are Demand::any.
  Layout output = Layout::row_major;  ///< of a freshly allocated output
  /// What an output inside another tensor must satisfy (concatenation in place); the usual answer is that of
  /// the layout: row_major, or channels_last.
  std::optional<Demand> output_demand;
  /// Each element of an operand of the epilogue is read, if at all, just before the output's same element is written,
  /// once: the output may replace the operand in memory.
  bool in_place = false;
  int64_t packed_bytes = 0;  ///< of constants in a layout of their own, which it makes
  int64_t temp_bytes = 0;    ///< of buffers that live while the group runs
  double cost_ns = 0;        ///< estimate for one run with target.threads threads
  std::string variant;       ///< kernel name: "conv2d_direct_f32_14x2_avx512"

  static Proposal no(std::string reason) { return {.refusal = std::move(reason)}; }
  bool accepted() const { return refusal.empty(); }
};

/// Runs on the calling thread, outside of generated code: the fallback to the reference loops.
using HostFn = std::function<void(void* const* args)>;

/// One step of a program: a kernel (or a host function) over a task space of rows x cols.
struct StepSpec {
  std::string suffix;     ///< appended to the group's name when it has several steps
  double macs_share = 1;  ///< of the group's multiply-adds
  KernelSpec kernel;      ///< unless host is set
  HostFn host;
  std::vector<StepArg> args;
  int64_t rows = 1, cols = 1;  ///< extents of the kernel's task space
  /// A task is at least this many rows and columns.
  int64_t row_grain = 1, col_grain = 1;
  /// True: divide columns among the threads before rows (weights are larger than activations).
  bool split_cols_first = false;
  int64_t scratch_bytes = 0;  ///< per thread
  double cost_ns = 0;         ///< estimate on one thread, for choosing the number of tasks
};

struct Lowered {
  std::vector<StepSpec> steps;
  std::vector<int64_t> temp_bytes;  ///< buffers that live while the group runs
};

class Impl {
 public:
  virtual ~Impl() = default;
  /// "conv2d_direct": what --set PATTERN:impl=NAME names.
  virtual std::string name() const = 0;
  /// Whether it computes prologues; if not, it is never asked about groups that have one.
  virtual bool takes_prologue() const { return false; }
  /// Whether it can compute the group, with what layouts, and how fast by the cost model. The group's
  /// output has no view yet.
  virtual Proposal propose(const Problem& problem) const = 0;
  /// The steps that compute the group. Only called after propose accepted; all inputs meet the demands
  /// and the output has a view of the proposed layout, perhaps inside a larger tensor.
  virtual Lowered lower(const Problem& problem) const = 0;
};

/// How the arguments of the step are stored, for KernelSpec::stored; `dtype_of` is asked about values.
std::vector<DType> stored_types(const StepSpec& step, const std::function<DType(ValueId)>& dtype_of);

using ImplList = std::vector<const Impl*>;

/// Every implementation that may compute groups anchored at this operator, best first, the reference last.
ImplList impls_for(const Op& op);

/// Computes any group with the operators' reference loops: one thread, row-major tensors.
const Impl& reference_impl();

/// Copies any view into any other of the same shape: layout conversion, concatenation.
Lowered lower_copy(const TensorView& src, const TensorView& dst, const Target& target, ValueId src_id, ValueId dst_id);
double copy_cost_ns(const TensorView& src, Layout dst, const Target& target);

}  // namespace convoy
