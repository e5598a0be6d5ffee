#include "impls/accumulate.h"

#include <algorithm>

namespace convoy {

int accumulators_per_vector(const KernelBuilder& b, const PixelLine& line) {
  const int64_t room = std::max(1, b.isa().vector_registers / 2 / line.vectors(b.lanes()));
  return static_cast<int>(std::min(room, line.count));
}

Val load_widened(KernelBuilder& b, DType dtype, Val pointer, int64_t offset, int active) {
  if (dtype == DType::f32) return b.load(pointer, offset, active);
  return b.convert(b.load_strided(dtype, b.offset(pointer, offset), 1, active), dtype, DType::i32);
}

std::vector<Val> accumulate(KernelBuilder& b, Val src, const PixelLine& line, int unroll, std::vector<Val> sums,
                            const AccumulateFn& add) {
  const int vectors = line.vectors(b.lanes());
  auto add_pixels = [&](Val at, int count, std::vector<Val> to) {
    for (int i = 0; i < count * vectors; ++i) {
      const int v = i % vectors;
      const int64_t offset = i / vectors * line.stride + v * b.lanes();
      Val value = load_widened(b, line.dtype, at, offset, line.active(v, b.lanes()));
      to[i] = add(to[i], value, v);
    }
    return to;
  };
  const int64_t grouped = line.count / unroll * unroll;
  sums = b.loop(0, grouped, unroll, sums, [&](Val i, const std::vector<Val>& carried) {
    return add_pixels(b.offset(src, i * line.stride), unroll, carried);
  });
  return add_pixels(b.offset(src, grouped * line.stride), static_cast<int>(line.count - grouped), std::move(sums));
}

}  // namespace convoy
