// What the kernels for argmax and argmin share: the problem as loops, and the folding of (value, index) pairs.
#pragma once

#include "impls/copy/loop_dims.h"
#include "impls/impl.h"
#include "ops/arg_reduce.h"

namespace convoy {

struct ArgReduction {
  ArgReduce op;
  int64_t extent = 1, src_stride = 0;  ///< of the reduced axis
  std::vector<LoopDim> kept;           ///< strides of {src, dst}, innermost of src last; none of extent 1

  std::string key() const;
};

/// Why no kernel can compute the group: dtype, ...; "" when one can.
std::string arg_reduction_refusal(const Problem& problem);
/// For the problem's views; dst is row-major while it has none.
ArgReduction make_arg_reduction(const Problem& problem);
/// Cost of one run on one thread.
double arg_reduction_ns(const Problem& problem);

/// Vectors of the values found so far and their indices (i32).
struct Found {
  Val value, index;
};

class ArgFold {
 public:
  ArgFold(KernelBuilder& b, const ArgReduce& op) : b_(b), op_(op) {}

  /// A mask: `a` takes precedence over `b` whatever their indices are. NaN does over every number.
  Val beats(Val a, Val b);
  /// After a value whose index is larger than all before.
  Found next(const Found& so_far, Val value, Val index);
  /// The better of two in each lane, by index where the values are equal.
  Found better(const Found& a, const Found& b);
  /// The best of all lanes, in every lane.
  Found best_lane(Found found);

 private:
  KernelBuilder& b_;
  const ArgReduce& op_;
};

}  // namespace convoy
