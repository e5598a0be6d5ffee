// Emits the elementwise part of a group on vectors of results, wherever the kernel has them: in registers
// just before they are stored. Shared by every kernel.
#pragma once

#include <string>
#include <vector>

#include "codegen/llvm/kernel_builder.h"
#include "impls/byte_results.h"
#include "impls/impl.h"

namespace convoy {

/// Address of the element at `index` (one value per axis) of a tensor with these strides.
Val element_address(KernelBuilder& b, Val base, const std::vector<int64_t>& strides, const std::vector<Val>& index);
/// The same of a tensor of another type than f32.
Val element_address(KernelBuilder& b, DType dtype, Val base, const std::vector<int64_t>& strides,
                    const std::vector<Val>& index);

/// Strides of `view` as seen by an output of shape `to`: 0 along axes that numpy broadcasting repeats.
std::vector<int64_t> broadcast_strides(const TensorView& view, const Shape& to);

class Epilogue {
 public:
  /// The epilogue of problem.group, applied to the anchor's result; when the anchor is elementwise itself it
  /// is part of it and there is no initial result. Outside operands become kernel arguments numbered from
  /// `first_arg`.
  Epilogue(const Problem& problem, int first_arg);

  /// Why the group's epilogue cannot be emitted ("" when it can): a dtype without vectors, say.
  static std::string refusal(const Problem& problem);

  bool empty() const { return nodes_.empty(); }
  const std::vector<StepArg>& args() const { return args_; }
  /// All that the emitted code depends on, for KernelSpec::key.
  std::string key() const;
  /// "relu", "add+relu": for names and tables.
  std::string label() const;
  /// Cost of one element relative to one fused multiply-add, for cost models.
  double ops_per_element() const;
  /// Per axis of the output, of each outside operand that is read from memory.
  std::vector<std::vector<int64_t>> operand_strides() const;
  /// Bytes of outside operands read.
  int64_t operand_bytes() const;

  /// Pointers to each outside operand's element that belongs to output element `index`.
  struct Cursor {
    std::vector<Val> operands;
  };
  Cursor at(KernelBuilder& b, const std::vector<Val>& index) const;
  /// The group's output for a vector of anchor results whose first lane lies `offsets` (per axis, constant)
  /// after the cursor's index, lanes running along `vector_axis`; `active` lanes exist. `result` is ignored
  /// when the anchor is elementwise. An output of rank 0 counts as one of rank 1.
  Val apply(KernelBuilder& b, Val result, const Cursor& cursor, const std::vector<int64_t>& offsets, int vector_axis,
            int active = -1) const;

  /// Of one of several vectors, as for apply().
  struct Place {
    std::vector<int64_t> offsets;
    int active = -1;
  };
  /// The same for several vectors, which is cheaper where they become bytes. `results` is empty when the anchor is
  /// elementwise.
  std::vector<Val> apply_all(KernelBuilder& b, const std::vector<Val>& results, const Cursor& cursor,
                             const std::vector<Place>& places, int vector_axis) const;

 private:
  struct Operand {
    ValueId id;
    DType dtype = DType::f32;
    std::vector<int64_t> strides;  ///< per axis of the output
    bool table = false;            ///< a node looks elements up in it: its address is the operand
    /// Of a constant with one element, which is no argument.
    std::optional<std::variant<float, int64_t>> immediate;
    int arg = -1;
    int64_t bytes = 0;
  };
  /// The values that a vector's results are computed from, operands when they are first asked for.
  class Lanes;

  void add_operand(const Problem& problem, ValueId id, bool table, int& next_arg);
  /// The numbers that bytes_ narrows.
  Val words(KernelBuilder& b, Lanes& lanes) const;

  // Copies: kernels are emitted when the graph they come from may be gone.
  Shape shape_;
  ValueId initial_ = kAbsent;
  ValueId output_ = kAbsent;
  std::vector<Node> nodes_;
  std::vector<std::vector<DType>> input_types_;  ///< of each node
  std::vector<FixedPointScaling> scalings_;      ///< of each node that is a requantize
  std::optional<ByteResults> bytes_;
  std::vector<Operand> operands_;
  std::vector<StepArg> args_;
};

}  // namespace convoy
