// What the kernels for reductions share: the kind, the loops over kept and reduced axes, the folding of values.
#pragma once

#include "impls/copy/loop_dims.h"
#include "impls/epilogue.h"
#include "ops/reduce.h"

namespace convoy {

struct Reduction {
  ReduceKind kind = ReduceKind::sum;
  DType src_dtype = DType::f32, result_dtype = DType::f32;  ///< result: of the anchor
  DType dst_dtype = DType::f32;                             ///< of what the epilogue makes of it
  int64_t count = 1;                                        ///< elements per result
  std::vector<LoopDim> kept;     ///< axes of dst with their strides in {src, dst}; none of extent 1
  std::vector<LoopDim> reduced;  ///< strides of src, outermost first
  std::vector<int64_t> dst;      ///< strides per axis of dst

  /// i8, u8 and i32, folded as i32.
  bool integers() const { return src_dtype != DType::f32; }
  std::string key() const;
};

/// Why no kernel can compute the group: kind, dtype, ...; "" when one can.
std::string reduction_refusal(const Problem& problem);

/// For the problem's views; dst is row-major while it has none.
Reduction make_reduction(const Problem& problem);

/// What the kernels ask of the input: some axis of stride 1.
Demand reduction_demand(const Problem& problem);
/// The input's view when the demand is met.
TensorView reduction_src(const Problem& problem);

/// The first argument as an address that counts offsets in elements of src.
Val reduction_src_address(KernelBuilder& b, const Reduction& reduction);
/// What folding starts with: adding it changes nothing.
Val reduction_start(KernelBuilder& b, const Reduction& reduction);
/// What an element adds to the fold: its square, say.
Val reduction_term(KernelBuilder& b, ReduceKind kind, Val value);
/// Of terms or folds of them. NaN in either operand gives NaN.
Val fold(KernelBuilder& b, const Reduction& reduction, Val so_far, Val value);
/// Folds all of `values` into one, in pairs.
Val fold_all(KernelBuilder& b, const Reduction& reduction, std::vector<Val> values);
/// The result for the folded elements.
Val reduction_result(KernelBuilder& b, const Reduction& reduction, Val folded);

/// A nest of loops over `dims` with carried values around `body`, which gets the address that they lead to.
std::vector<Val> reduction_loops(KernelBuilder& b, const std::vector<LoopDim>& dims, Val src, std::vector<Val> carried,
                                 const std::function<std::vector<Val>(Val src, const std::vector<Val>& carried)>& body);

/// Layout of the output that keeps results in the order of their elements.
Layout reduction_layout(const Problem& problem);

/// The types of elements, for kernels' names.
std::string reduction_dtypes(const Problem& problem);

/// Cost of one run on one thread.
double reduction_ns(const Problem& problem);

}  // namespace convoy
