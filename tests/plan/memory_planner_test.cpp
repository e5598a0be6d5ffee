#include "plan/memory_planner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "support/error.h"

namespace convoy {
namespace {

using Buffers = std::vector<BufferLifetime>;

bool live_together(const BufferLifetime& a, const BufferLifetime& b) {
  return a.first_step <= b.last_step && b.first_step <= a.last_step;
}

/// Everything a plan promises, whatever the buffers.
void check_plan(const Buffers& buffers, const MemoryPlan& plan) {
  ASSERT_EQ(plan.offsets.size(), buffers.size());
  for (size_t i = 0; i < buffers.size(); ++i) {
    EXPECT_GE(plan.offsets[i], 0);
    EXPECT_EQ(plan.offsets[i] % kArenaAlignment, 0);
    EXPECT_LE(plan.offsets[i] + buffers[i].bytes, plan.arena_bytes);
    for (size_t j = 0; j < i; ++j) {
      if (!live_together(buffers[i], buffers[j]) || buffers[i].bytes == 0 || buffers[j].bytes == 0) continue;
      const bool apart = plan.offsets[i] + buffers[i].bytes <= plan.offsets[j] ||
                         plan.offsets[j] + buffers[j].bytes <= plan.offsets[i];
      EXPECT_TRUE(apart) << "buffers " << i << " and " << j;
    }
  }
  EXPECT_GE(plan.arena_bytes, plan.lower_bound);
}

double ratio(const Buffers& buffers) {
  const MemoryPlan plan = plan_memory(buffers);
  check_plan(buffers, plan);
  return static_cast<double>(plan.arena_bytes) / static_cast<double>(plan.lower_bound);
}

/// The largest sum of live buffers, step by step.
int64_t peak_by_definition(const Buffers& buffers) {
  std::map<int64_t, int64_t> live;
  for (const BufferLifetime& buffer : buffers) {
    for (int64_t step = buffer.first_step; step <= buffer.last_step; ++step)
      live[step] += (buffer.bytes + 63) / 64 * 64;
  }
  int64_t peak = 0;
  for (const auto& [step, bytes] : live) peak = std::max(peak, bytes);
  return peak;
}

Buffers random_buffers(std::mt19937& random) {
  Buffers buffers(1 + random() % 100);
  const int64_t longest = 1 + random() % 20;
  for (BufferLifetime& buffer : buffers) {
    buffer.bytes = random() % (int64_t{1} << (1 + random() % 20));
    buffer.first_step = random() % 100;
    buffer.last_step = buffer.first_step + random() % longest;
  }
  return buffers;
}

/// Output sizes of a classification network, in units: they shrink by stages.
std::vector<int64_t> stage_bytes(int stages, int per_stage) {
  std::vector<int64_t> bytes;
  for (int stage = 0; stage < stages; ++stage) {
    for (int i = 0; i < per_stage; ++i) bytes.push_back((int64_t{64} << 16) >> stage);
  }
  return bytes;
}

TEST(MemoryPlanner, RandomIntervals) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    const Buffers buffers = random_buffers(random);
    const MemoryPlan plan = plan_memory(buffers);
    SCOPED_TRACE(testing::Message() << "round " << round);
    check_plan(buffers, plan);
    EXPECT_EQ(plan.lower_bound, peak_by_definition(buffers));
    EXPECT_LE(plan.arena_bytes, plan.lower_bound * 1.1);
  }
}

TEST(MemoryPlanner, SameBuffersSamePlan) {
  std::mt19937 random(2);
  const Buffers buffers = random_buffers(random);
  EXPECT_EQ(plan_memory(buffers).offsets, plan_memory(buffers).offsets);
}

TEST(MemoryPlanner, Chain) {
  Buffers buffers;
  for (int64_t bytes : stage_bytes(5, 4)) {
    const auto step = static_cast<int64_t>(buffers.size());
    buffers.push_back({bytes, step, step + 1});
  }
  EXPECT_EQ(ratio(buffers), 1.0);
}

TEST(MemoryPlanner, ResidualBlocks) {
  // Each block: two convolutions, and an addition that reads the block's input.
  Buffers buffers;
  int64_t step = 0;
  for (int64_t bytes : stage_bytes(4, 4)) {
    buffers.push_back({bytes, step, step + 3});  // the block's input
    buffers.push_back({bytes, step + 1, step + 2});
    buffers.push_back({bytes, step + 2, step + 3});
    step += 3;
  }
  EXPECT_LE(ratio(buffers), 1.05);
}

TEST(MemoryPlanner, DenseBlocks) {
  // Every layer's result is needed until the end of its block.
  Buffers buffers;
  for (int64_t block = 0; block < 4; ++block) {
    for (int64_t layer = 0; layer < 12; ++layer) {
      const int64_t step = block * 24 + layer * 2;
      buffers.push_back({(int64_t{128} << 12) >> block, step, step + 1});
      buffers.push_back({(int64_t{32} << 12) >> block, step + 1, block * 24 + 24});
    }
  }
  EXPECT_LE(ratio(buffers), 1.1);
}

TEST(MemoryPlanner, UNet) {
  // The encoder's results wait for the decoder; channels double as the image halves.
  constexpr int kLevels = 5;
  Buffers buffers;
  int64_t step = 0;
  std::vector<size_t> skips;
  for (int level = 0; level < kLevels; ++level) {
    const int64_t bytes = (int64_t{1} << 22) >> level;
    buffers.push_back({bytes, step, step + 1});
    skips.push_back(buffers.size());
    buffers.push_back({bytes, step + 1, -1});  // until the decoder has read it
    buffers.push_back({bytes / 4, step + 2, step + 3});
    step += 3;
  }
  for (int level = kLevels - 1; level >= 0; --level) {
    const int64_t bytes = (int64_t{1} << 22) >> level;
    buffers.push_back({bytes, step, step + 1});
    buffers[skips[level]].last_step = step + 1;
    buffers.push_back({bytes, step + 1, step + 2});
    buffers.push_back({bytes, step + 2, step + 3});
    step += 3;
  }
  EXPECT_LE(ratio(buffers), 1.1);
}

TEST(MemoryPlanner, SmallCases) {
  EXPECT_EQ(plan_memory({}).arena_bytes, 0);
  const Buffers one = {{100, 0, 0}};
  EXPECT_EQ(plan_memory(one).arena_bytes, 128);
  const Buffers empty_among_others = {{64, 0, 2}, {0, 1, 1}, {64, 1, 2}};
  EXPECT_EQ(ratio(empty_among_others), 1.0);
  const Buffers only_empty = {{0, 0, 1}, {0, 0, 1}};
  EXPECT_EQ(plan_memory(only_empty).arena_bytes, 0);
}

TEST(MemoryPlanner, RefusesNonsense) {
  const Buffers negative = {{-1, 0, 0}}, backwards = {{64, 3, 2}};
  EXPECT_THROW(plan_memory(negative), Error);
  EXPECT_THROW(plan_memory(backwards), Error);
}

TEST(MemoryPlanner, ThousandsOfBuffersAtOnce) {
  // Each lives until all have begun: the pairs alone would take gigabytes.
  constexpr int64_t kCount = 10'000;
  Buffers buffers;
  for (int64_t i = 0; i < kCount; ++i) buffers.push_back({64 * (1 + i % 7), i, 2 * kCount - i});
  const MemoryPlan plan = plan_memory(buffers);
  EXPECT_EQ(plan.arena_bytes, plan.lower_bound);
  EXPECT_EQ(plan.offsets.size(), buffers.size());
}

TEST(MemoryPlanner, ManyRandomBuffers) {
  std::mt19937 random(3);
  Buffers buffers;
  for (int64_t i = 0; i < 4000; ++i) {
    const int64_t first = random() % 3000;
    buffers.push_back({static_cast<int64_t>(random() % 5000), first, first + static_cast<int64_t>(random() % 3000)});
  }
  const MemoryPlan plan = plan_memory(buffers);
  check_plan(buffers, plan);
  EXPECT_EQ(plan.lower_bound, peak_by_definition(buffers));
}

}  // namespace
}  // namespace convoy
