#include <algorithm>
#include <cmath>
#include <limits>

#include "ops/index.h"
#include "ops/lanes.h"
#include "ops/reduce.h"
#include "support/arithmetic.h"

namespace convoy {
namespace {

template <class T>
using Accumulator = std::conditional_t<kIsFloat<T>, double, std::conditional_t<std::is_signed_v<T>, int64_t, uint64_t>>;

/// The elements that are reduced to one: `base` moved by each of `offsets`.
template <class T>
struct Elements {
  const T* base;
  const std::vector<int64_t>& offsets;

  using A = Accumulator<T>;

  template <class Fn>
  A fold(A result, Fn&& fn) const {
    for (int64_t offset : offsets) result = fn(result, static_cast<A>(base[offset]));
    return result;
  }
  template <class Fn>
  A sum(Fn&& term) const {
    return fold(A{}, [&](A sum, A x) { return wrapping_add<A>(sum, term(x)); });
  }
  A max() const {
    const A lowest =
        kIsFloat<T> ? -std::numeric_limits<A>::infinity() : static_cast<A>(std::numeric_limits<T>::lowest());
    return fold(lowest, [](A a, A b) { return a != a || a > b ? a : b; });
  }
  A min() const {
    const A highest = kIsFloat<T> ? std::numeric_limits<A>::infinity() : static_cast<A>(std::numeric_limits<T>::max());
    return fold(highest, [](A a, A b) { return a != a || a < b ? a : b; });
  }
};

template <class A>
A magnitude(A x) {
  return x < A(0) ? wrapping_sub(A(0), x) : x;
}

template <class T>
double log_sum_exp(const Elements<T>& elements) {
  const double largest = elements.max();
  // Without a finite maximum (all -inf, any inf, NaN) it is the answer itself.
  if (!std::isfinite(largest)) return largest;
  return largest + std::log(elements.sum([&](double x) { return std::exp(x - largest); }));
}

template <class T>
Accumulator<T> reduce_elements(ReduceKind kind, const Elements<T>& elements) {
  using A = Accumulator<T>;
  const auto itself = [](A x) { return x; };
  const auto square = [](A x) { return wrapping_mul(x, x); };
  switch (kind) {
    case ReduceKind::sum:
      return elements.sum(itself);
    case ReduceKind::mean:
      return elements.sum(itself) / static_cast<A>(elements.offsets.size());
    case ReduceKind::max:
      return elements.max();
    case ReduceKind::min:
      return elements.min();
    case ReduceKind::prod:
      return elements.fold(A(1), [](A a, A b) { return wrapping_mul(a, b); });
    case ReduceKind::l1:
      return elements.sum(magnitude<A>);
    case ReduceKind::sum_square:
      return elements.sum(square);
    case ReduceKind::l2:
      if constexpr (kIsFloat<T>) return std::sqrt(elements.sum(square));
      break;
    case ReduceKind::log_sum:
      if constexpr (kIsFloat<T>) return std::log(elements.sum(itself));
      break;
    case ReduceKind::log_sum_exp:
      if constexpr (kIsFloat<T>) return log_sum_exp(elements);
      break;
  }
  internal_error("reduce {} of integers", enum_word(kind));
}

/// The offsets of all elements of `shape` for these strides.
std::vector<int64_t> all_offsets(const Shape& shape, const std::vector<int64_t>& strides) {
  std::vector<int64_t> result;
  for_each_offset<1>(shape, {strides}, [&](int64_t, const auto& offsets) { result.push_back(offsets[0]); });
  return result;
}

}  // namespace

void Reduce::reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const {
  const Tensor& src = *inputs[0];
  const std::vector<int> axes = reduced_axes(src.shape().rank());
  const Shape kept = reduced_shape(src.shape(), axes, true);
  Shape reduced(std::vector<int64_t>(src.shape().rank(), 1));
  for (int axis : axes) reduced[axis] = src.shape()[axis];
  const std::vector<int64_t> strides = src.shape().strides();
  const std::vector<int64_t> offsets = all_offsets(reduced, strides);
  visit_dtype(src.dtype(), [&]<class T>() {
    auto reduce_to = [&]<class Dst>(Dst* dst) {
      for_each_offset<1>(kept, {strides}, [&](int64_t i, const auto& base) {
        dst[i] = convert_to<Dst>(reduce_elements(kind, Elements<T>{src.as<T>() + base[0], offsets}));
      });
    };
    widen ? reduce_to(outputs[0].as<int32_t>()) : reduce_to(outputs[0].as<T>());
  });
}

}  // namespace convoy
