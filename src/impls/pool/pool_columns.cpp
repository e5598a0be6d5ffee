#include "impls/pool/pool_columns.h"

#include <algorithm>

namespace convoy {

PoolColumns pool_columns(const WindowAxis& w, int64_t first, int mr) {
  std::map<int64_t, std::vector<int>> readers;
  for (int m = 0; m < mr; ++m) {
    for (int64_t x = 0; x < w.taps; ++x) {
      if (w.inside(first + m, x)) readers[m * w.stride + x * w.step].push_back(m);
    }
  }
  PoolColumns result;
  for (auto& [offset, outputs] : readers) {
    const auto known = std::ranges::find(result.outputs, outputs);
    result.columns.push_back({offset, static_cast<int>(known - result.outputs.begin())});
    if (known == result.outputs.end()) result.outputs.push_back(std::move(outputs));
  }
  return result;
}

}  // namespace convoy
