#include "impls/vectors_along.h"

namespace convoy {

namespace {

constexpr int kUnroll = 4;

}  // namespace

Val fold_vectors(KernelBuilder& b, int64_t extent, Val start, const VectorFn& body, const FoldFn& fold) {
  const int64_t lanes = b.lanes(), group = kUnroll * lanes, grouped = extent / group * group;
  std::vector<Val> carried(kUnroll, start);
  carried = b.loop(0, grouped, group, carried, [&](Val i, std::vector<Val> values) {
    for (int u = 0; u < kUnroll; ++u) values[u] = body(values[u], i + u * lanes, -1);
    return values;
  });
  int used = grouped > 0 ? kUnroll : 0, u = 0;
  for (int64_t i = grouped; i < extent; i += lanes, ++u) {
    const int64_t rest = extent - i;
    carried[u] = body(carried[u], b.i64(i), rest < lanes ? static_cast<int>(rest) : -1);
  }
  used = std::max(used, u);
  Val result = used > 0 ? carried[0] : start;
  for (int i = 1; i < used; ++i) result = fold(result, carried[i]);
  return result;
}

void for_each_vector(KernelBuilder& b, int64_t extent, const std::function<void(Val elem, int active)>& body) {
  const int64_t lanes = b.lanes(), group = kUnroll * lanes, grouped = extent / group * group;
  b.loop(0, grouped, group, [&](Val i) {
    for (int u = 0; u < kUnroll; ++u) body(i + u * lanes, -1);
  });
  for (int64_t i = grouped; i < extent; i += lanes) {
    body(b.i64(i), extent - i < lanes ? static_cast<int>(extent - i) : -1);
  }
}

Val fold_lanes(KernelBuilder& b, Val a, const FoldFn& fold) {
  const int lanes = b.lanes();
  for (int distance = lanes / 2; distance > 0; distance /= 2) {
    std::vector<int> rotated;
    for (int i = 0; i < lanes; ++i) rotated.push_back((i + distance) % lanes);
    a = fold(a, b.shuffle(a, {}, rotated));
  }
  return a;
}

Val first_lanes_of(KernelBuilder& b, Val a, Val other, int active) {
  if (active < 0) return a;
  std::vector<int> indices;
  for (int i = 0; i < b.lanes(); ++i) indices.push_back(i < active ? i : b.lanes() + i);
  return b.shuffle(a, other, indices);
}

}  // namespace convoy
