#include "ops/arg_reduce.h"
#include "ops/checks.h"
#include "ops/lanes.h"
#include "support/dtypes.h"

namespace convoy {
namespace {

/// Whether `a` takes precedence over `b`; a NaN does over every number.
template <class T>
bool beats(T a, T b, ArgReduceKind kind) {
  if (a != a || b != b) return a != a && b == b;
  return kind == ArgReduceKind::max ? a > b : a < b;
}

template <class T>
int64_t arg_of_lane(const ArgReduce& op, const T* src, const Lanes& lanes) {
  int64_t best = 0;
  for (int64_t i = 1; i < lanes.extent; ++i) {
    const T candidate = src[i * lanes.inner], found = src[best * lanes.inner];
    if (op.select_last ? !beats(found, candidate, op.kind) : beats(candidate, found, op.kind)) best = i;
  }
  return best;
}

}  // namespace

void ArgReduce::reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const {
  const Shape& shape = inputs[0]->shape();
  const Lanes lanes(shape, resolve_axis(axis, shape.rank()));
  visit_dtype(inputs[0]->dtype(), [&]<class T>() {
    for (int64_t lane = 0; lane < lanes.count(); ++lane) {
      outputs[0].as<int64_t>()[lane] = arg_of_lane(*this, inputs[0]->as<T>() + lanes.begin(lane), lanes);
    }
  });
}

}  // namespace convoy
