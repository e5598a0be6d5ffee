// Adds elements at the ends of each axis; a negative count removes them (first, before any are added). The new
// ones are `value` (constant), the nearest element (edge), mirrored without repeating the edge (reflect), or
// taken from the other end (wrap); reflect and wrap repeat as often as needed. Moves elements of any dtype.
#pragma once

#include "graph/op.h"
#include "ops/copy.h"

namespace convoy {

enum class PadMode { constant, reflect, edge, wrap };
template <>
struct EnumWords<PadMode> {
  static constexpr const char* words[] = {"constant", "reflect", "edge", "wrap"};
};

struct Pad : OpBase<Pad> {
  static constexpr const char* kName = "pad";
  PadMode mode = PadMode::constant;
  std::vector<int64_t> begin, end;  ///< elements added per axis
  double value = 0;                 ///< for PadMode::constant; must be a value of src's dtype

  template <class V>
  void fields(V& v) {
    v("mode", mode);
    v("begin", begin);
    v("end", end);
    v("value", value);
  }
  /// The element along `axis` of src (of that extent) that element `i` of dst copies, or kNoSource.
  int64_t source(int axis, int64_t i, int64_t extent) const;

  std::vector<TensorType> infer(const InputTypes& inputs) const override;
  void reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const override;
  Region input_region(int index, const Region& output, const InputTypes& inputs) const override;
};

}  // namespace convoy
