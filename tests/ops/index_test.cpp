#include "ops/index.h"

#include <gtest/gtest.h>

namespace convoy {
namespace {

using Offsets = std::vector<int64_t>;

Offsets walk(const Shape& shape, const Offsets& strides) {
  Offsets result;
  for_each_offset<1>(shape, {strides}, [&](int64_t i, const auto& offsets) {
    EXPECT_EQ(i, static_cast<int64_t>(result.size()));
    result.push_back(offsets[0]);
  });
  return result;
}

TEST(Index, VisitsEveryIndexInOrder) {
  std::vector<Offsets> visited;
  for_each_index({2, 1, 2}, [&](std::span<const int64_t> index) { visited.emplace_back(index.begin(), index.end()); });
  EXPECT_EQ(visited, (std::vector<Offsets>{{0, 0, 0}, {0, 0, 1}, {1, 0, 0}, {1, 0, 1}}));
}

TEST(Index, VisitsAScalarOnceAndNothingNever) {
  int calls = 0;
  for_each_index({}, [&](auto) { ++calls; });
  EXPECT_EQ(calls, 1);
  for_each_index({3, 0}, [&](auto) { ++calls; });
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(walk({}, {}), Offsets{0});
  EXPECT_EQ(walk({0, 3}, {3, 1}), Offsets{});
}

TEST(Index, FollowsAnyStrides) {
  EXPECT_EQ(walk({2, 3}, {3, 1}), (Offsets{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(walk({3, 2}, {1, 3}), (Offsets{0, 3, 1, 4, 2, 5}));
  EXPECT_EQ(walk({2, 2}, {0, -1}), (Offsets{0, -1, 0, -1}));
}

TEST(Index, BroadcastsByStridesOfZero) {
  EXPECT_EQ(broadcast_strides({3, 1, 5}, {2, 3, 4, 5}), (Offsets{0, 5, 0, 1}));
  EXPECT_EQ(broadcast_strides({}, {2, 3}), (Offsets{0, 0}));
  EXPECT_EQ(broadcast_region({3, 1}, {{1, 1, 2}, {2, 3, 4}}), (Region{{1, 0}, {3, 1}}));
}

}  // namespace
}  // namespace convoy
