#include "impls/pixel_tiles.h"

#include "impls/copy/lane_shuffles.h"

namespace convoy {

bool tiles_pay(int64_t elems, int64_t lines, int lanes) {
  constexpr int64_t kFewVectors = 8;
  return elems > 1 && elems <= kFewVectors * lanes && lines >= lanes / 2;
}

std::vector<Val> load_tile(KernelBuilder& b, Val src, int64_t stride, int lines, int elems) {
  std::vector<Val> rows;
  for (int j = 0; j < b.lanes(); ++j) rows.push_back(j < lines ? b.load(src, j * stride, elems) : b.f32(0));
  rows = transpose_tile(b, std::move(rows));
  rows.resize(elems);
  return rows;
}

void store_tile(KernelBuilder& b, std::vector<Val> vectors, Val dst, int64_t stride, int lines) {
  const auto elems = static_cast<int>(vectors.size());
  vectors.resize(b.lanes(), b.f32(0));
  vectors = transpose_tile(b, std::move(vectors));
  for (int j = 0; j < lines; ++j) b.store(vectors[j], dst, j * stride, elems);
}

void for_each_tile_column(KernelBuilder& b, int64_t lines, const std::function<void(Val first, int lines)>& body) {
  const int64_t whole = lines / b.lanes();
  const int rest = static_cast<int>(lines % b.lanes());
  b.loop(b.col_begin(), b.min(b.col_end(), b.i64(whole)), 1, [&](Val v) { body(v * b.lanes(), b.lanes()); });
  if (rest == 0) return;
  b.if_then(b.less(b.i64(whole), b.col_end()), [&] { body(b.i64(whole * b.lanes()), rest); });
}

}  // namespace convoy
