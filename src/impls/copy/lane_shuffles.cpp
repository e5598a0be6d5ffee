#include "impls/copy/lane_shuffles.h"

#include "support/error.h"

namespace convoy {

namespace {

/// Steps of the transpose are patterns that x86 has single instructions for: they interleave within blocks of
/// 4 lanes (unpack), and pick whole blocks of 4.
enum class Half { low, high };

/// Within each block of 4 lanes: units of `unit` lanes of a and b in turn, from the low or high half.
Val unpack(KernelBuilder& b, Val a, Val c, int unit, Half half) {
  const int lanes = b.lanes();
  std::vector<int> indices;
  for (int block = 0; block < lanes; block += 4) {
    const int first = block + (half == Half::high ? 2 : 0);
    for (int i = 0; i < 2 / unit; ++i) {
      for (int source : {0, lanes}) {
        for (int u = 0; u < unit; ++u) indices.push_back(source + first + i * unit + u);
      }
    }
  }
  return b.shuffle(a, c, indices);
}

/// Transposes each 4 x 4 block of four neighbouring rows in place.
void transpose_blocks(KernelBuilder& b, std::vector<Val>& rows) {
  for (size_t r = 0; r < rows.size(); r += 4) {
    Val low01 = unpack(b, rows[r], rows[r + 1], 1, Half::low), high01 = unpack(b, rows[r], rows[r + 1], 1, Half::high);
    Val low23 = unpack(b, rows[r + 2], rows[r + 3], 1, Half::low);
    Val high23 = unpack(b, rows[r + 2], rows[r + 3], 1, Half::high);
    rows[r] = unpack(b, low01, low23, 2, Half::low);
    rows[r + 1] = unpack(b, low01, low23, 2, Half::high);
    rows[r + 2] = unpack(b, high01, high23, 2, Half::low);
    rows[r + 3] = unpack(b, high01, high23, 2, Half::high);
  }
}

/// Blocks of 4 lanes at even or odd places of a, then of c.
Val every_other_block(KernelBuilder& b, Val a, Val c, int first) {
  const int blocks = b.lanes() / 4;
  std::vector<int> indices;
  for (int source = 0; source < 2; ++source) {
    for (int block = first; block < blocks; block += 2) {
      for (int i = 0; i < 4; ++i) indices.push_back(source * b.lanes() + block * 4 + i);
    }
  }
  return b.shuffle(a, c, indices);
}

/// Transposes the vectors as rows of blocks: block k of result i is block i of vectors[k].
std::vector<Val> transpose_of_blocks(KernelBuilder& b, const std::vector<Val>& vectors) {
  const size_t count = vectors.size();
  if (count == 1) return vectors;
  std::vector<Val> even, odd;
  for (size_t i = 0; i < count; i += 2) {
    even.push_back(every_other_block(b, vectors[i], vectors[i + 1], 0));
    odd.push_back(every_other_block(b, vectors[i], vectors[i + 1], 1));
  }
  if (count == 2) return {even[0], odd[0]};
  if (count != 4) internal_error("no transpose of vectors with {} blocks", count);
  return {every_other_block(b, even[0], even[1], 0), every_other_block(b, odd[0], odd[1], 0),
          every_other_block(b, even[0], even[1], 1), every_other_block(b, odd[0], odd[1], 1)};
}

}  // namespace

std::vector<Val> transpose_tile(KernelBuilder& b, std::vector<Val> rows) {
  transpose_blocks(b, rows);
  // Block k of row 4*j + i now holds column 4*k + i of rows 4*j to 4*j + 3.
  const size_t blocks = rows.size() / 4;
  std::vector<Val> columns(rows.size());
  for (size_t i = 0; i < 4; ++i) {
    std::vector<Val> vectors;
    for (size_t j = 0; j < blocks; ++j) vectors.push_back(rows[4 * j + i]);
    const std::vector<Val> transposed = transpose_of_blocks(b, vectors);
    for (size_t k = 0; k < blocks; ++k) columns[4 * k + i] = transposed[k];
  }
  return columns;
}

namespace {

/// The vector whose lane j is lane picks[j].second of vectors[picks[j].first].
Val pick_lanes(KernelBuilder& b, const std::vector<Val>& vectors, const std::vector<std::pair<int, int>>& picks) {
  const int lanes = b.lanes();
  Val result = vectors[0];
  for (int next = 1; next < static_cast<int>(vectors.size()); ++next) {
    std::vector<int> indices;
    for (int j = 0; j < lanes; ++j) {
      const auto [vector, lane] = picks[j];
      // Lanes picked before stay where the first shuffle put them; those still to come do not matter.
      const int from_result = next == 1 && vector == 0 ? lane : j;
      indices.push_back(vector == next ? lanes + lane : from_result);
    }
    result = b.shuffle(result, vectors[next], indices);
  }
  return result;
}

}  // namespace

std::vector<Val> deinterleave(KernelBuilder& b, const std::vector<Val>& vectors) {
  const int lanes = b.lanes(), count = static_cast<int>(vectors.size());
  if (count == 1) return vectors;
  std::vector<Val> results;
  for (int k = 0; k < count; ++k) {
    std::vector<std::pair<int, int>> picks;
    for (int j = 0; j < lanes; ++j) picks.emplace_back((j * count + k) / lanes, (j * count + k) % lanes);
    results.push_back(pick_lanes(b, vectors, picks));
  }
  return results;
}

std::vector<Val> interleave(KernelBuilder& b, const std::vector<Val>& vectors) {
  const int lanes = b.lanes(), count = static_cast<int>(vectors.size());
  if (count == 1) return vectors;
  std::vector<Val> results;
  for (int r = 0; r < count; ++r) {
    std::vector<std::pair<int, int>> picks;
    for (int j = 0; j < lanes; ++j) picks.emplace_back((r * lanes + j) % count, (r * lanes + j) / count);
    results.push_back(pick_lanes(b, vectors, picks));
  }
  return results;
}

}  // namespace convoy
