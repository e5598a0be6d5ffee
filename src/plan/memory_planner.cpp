#include "plan/memory_planner.h"

#include <algorithm>
#include <numeric>
#include <random>

#include "support/error.h"
#include "support/int_math.h"

namespace convoy {

namespace {

using Order = std::vector<int32_t>;

/// Work spent on searching for better orders, in visits of neighbours: a few milliseconds.
constexpr int64_t kSearchVisits = 1'000'000;
/// With more pairs of buffers than this that live at the same time, which take 8 bytes each, nothing is searched. No
/// sensible network comes near it.
constexpr int64_t kMaxPairs = 4'000'000;

int64_t align(int64_t bytes) {
  return round_up(bytes, kArenaAlignment);
}

bool overlap_in_time(const BufferLifetime& a, const BufferLifetime& b) {
  return a.first_step <= b.last_step && b.first_step <= a.last_step;
}

/// The buffers with aligned sizes, and for each the buffers that live at the same time as it.
struct Conflicts {
  std::vector<BufferLifetime> buffers;
  std::vector<Order> neighbours;
  int64_t visits = 0;  ///< of neighbours, to place all buffers once

  int32_t size() const { return static_cast<int32_t>(buffers.size()); }
};

std::vector<BufferLifetime> aligned(std::span<const BufferLifetime> buffers) {
  std::vector<BufferLifetime> result;
  for (const BufferLifetime& buffer : buffers) {
    if (buffer.bytes < 0 || buffer.last_step < buffer.first_step) {
      internal_error("memory planner: a buffer of {} bytes lives from step {} to {}", buffer.bytes, buffer.first_step,
                     buffer.last_step);
    }
    result.push_back({align(buffer.bytes), buffer.first_step, buffer.last_step});
  }
  return result;
}

Order order_by_start(std::span<const BufferLifetime> buffers) {
  Order order(buffers.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, {}, [&](int32_t i) { return buffers[i].first_step; });
  return order;
}

/// How many pairs of buffers live at the same time.
int64_t count_pairs(std::span<const BufferLifetime> buffers) {
  std::vector<int64_t> starts;
  for (const BufferLifetime& buffer : buffers) starts.push_back(buffer.first_step);
  std::ranges::sort(starts);
  int64_t pairs = 0;
  for (const BufferLifetime& buffer : buffers) {
    pairs += std::ranges::upper_bound(starts, buffer.last_step) - std::ranges::lower_bound(starts, buffer.first_step);
  }
  return pairs;  // each with itself, too, and those that start together twice
}

Conflicts find_conflicts(std::vector<BufferLifetime> buffers) {
  Conflicts conflicts;
  conflicts.neighbours.resize(buffers.size());
  const Order by_start = order_by_start(buffers);
  for (size_t a = 0; a < by_start.size(); ++a) {
    for (size_t b = a + 1; b < by_start.size(); ++b) {
      const int32_t i = by_start[a], j = by_start[b];
      if (!overlap_in_time(buffers[i], buffers[j])) break;  // all that follow start later still
      conflicts.neighbours[i].push_back(j);
      conflicts.neighbours[j].push_back(i);
      conflicts.visits += 2;
    }
  }
  conflicts.buffers = std::move(buffers);
  return conflicts;
}

/// For each buffer, the largest sum of live buffers at any step of its life. Live sums grow only where a buffer
/// begins, so it is enough to look there.
std::vector<int64_t> breadths(const Conflicts& conflicts) {
  std::vector<int64_t> at_start(conflicts.size());
  for (int32_t i = 0; i < conflicts.size(); ++i) {
    const int64_t step = conflicts.buffers[i].first_step;
    at_start[i] = conflicts.buffers[i].bytes;
    for (int32_t j : conflicts.neighbours[i]) {
      const BufferLifetime& other = conflicts.buffers[j];
      if (other.first_step <= step && step <= other.last_step) at_start[i] += other.bytes;
    }
  }
  std::vector<int64_t> breadth = at_start;
  for (int32_t i = 0; i < conflicts.size(); ++i) {
    for (int32_t j : conflicts.neighbours[i]) {
      if (conflicts.buffers[j].first_step >= conflicts.buffers[i].first_step) {
        breadth[i] = std::max(breadth[i], at_start[j]);
      }
    }
  }
  return breadth;
}

/// Places buffers one by one in a given order, each into the smallest gap it fits between those already placed
/// that live at the same time, else above them.
class Placer {
 public:
  explicit Placer(const Conflicts& conflicts) : conflicts_(conflicts), offsets_(conflicts.size(), -1) {}

  /// Size of the arena that `order` gives.
  int64_t place(const Order& order) {
    std::ranges::fill(offsets_, -1);
    int64_t arena = 0;
    for (int32_t i : order) {
      offsets_[i] = best_fit(i);
      arena = std::max(arena, end(i));
    }
    return arena;
  }
  const std::vector<int64_t>& offsets() const { return offsets_; }
  int64_t end(int32_t i) const { return offsets_[i] + conflicts_.buffers[i].bytes; }

 private:
  int64_t best_fit(int32_t i) {
    occupied_.clear();
    for (int32_t j : conflicts_.neighbours[i]) {
      if (offsets_[j] >= 0 && conflicts_.buffers[j].bytes > 0) occupied_.emplace_back(offsets_[j], end(j));
    }
    std::ranges::sort(occupied_);
    int64_t best = -1, best_gap = 0, top = 0;
    for (const auto& [begin, end] : occupied_) {
      const int64_t gap = begin - top;
      if (gap >= conflicts_.buffers[i].bytes && (best < 0 || gap < best_gap)) {
        best = top;
        best_gap = gap;
      }
      top = std::max(top, end);
    }
    return best >= 0 ? best : top;
  }

  const Conflicts& conflicts_;
  std::vector<int64_t> offsets_;
  std::vector<std::pair<int64_t, int64_t>> occupied_;
};

/// The buffers sorted by falling `key`.
template <class Key>
Order order_by(const Conflicts& conflicts, Key&& key) {
  Order order(conflicts.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, std::greater<>(), key);
  return order;
}

/// Orders that are good on one kind of network or another: by size; by the breadth of the busiest step a buffer
/// lives at, then size (Pisarchyk and Lee, "Efficient memory management for deep neural net inference", 2020); by
/// size times length of life; by first use; by length of life.
std::vector<Order> heuristic_orders(const Conflicts& conflicts, const std::vector<int64_t>& breadth) {
  const auto& buffers = conflicts.buffers;
  auto length = [&](int32_t i) { return buffers[i].last_step - buffers[i].first_step + 1; };
  return {
      order_by(conflicts, [&](int32_t i) { return std::pair(buffers[i].bytes, length(i)); }),
      order_by(conflicts, [&](int32_t i) { return std::pair(breadth[i], buffers[i].bytes); }),
      order_by(conflicts, [&](int32_t i) { return static_cast<double>(buffers[i].bytes) * length(i); }),
      order_by(conflicts, [&](int32_t i) { return std::pair(-buffers[i].first_step, buffers[i].bytes); }),
      order_by(conflicts, [&](int32_t i) { return std::pair(length(i), buffers[i].bytes); }),
  };
}

/// Moves a buffer that ends at the top of the arena to a random earlier place of the order.
void promote_topmost(Order& order, const Placer& placer, int64_t arena, std::mt19937& random) {
  std::vector<size_t> topmost;
  for (size_t k = 1; k < order.size(); ++k) {
    if (placer.end(order[k]) == arena) topmost.push_back(k);
  }
  if (topmost.empty()) return;
  const size_t from = topmost[random() % topmost.size()];
  const size_t to = random() % from;
  std::rotate(order.begin() + to, order.begin() + from, order.begin() + from + 1);
}

void swap_two(Order& order, std::mt19937& random) {
  std::swap(order[random() % order.size()], order[random() % order.size()]);
}

/// Keeps the best of the orders tried.
class Search {
 public:
  explicit Search(Conflicts conflicts)
      : conflicts_(std::move(conflicts)), placer_(conflicts_), breadth_(breadths(conflicts_)) {
    plan_.lower_bound = std::ranges::max(breadth_);
  }

  MemoryPlan run() {
    for (const Order& order : heuristic_orders(conflicts_, breadth_)) {
      if (done()) break;
      if (try_order(order)) best_order_ = order;
    }
    if (!done()) improve(best_order_);
    return std::move(plan_);
  }

 private:
  bool done() const { return !plan_.offsets.empty() && plan_.arena_bytes == plan_.lower_bound; }

  /// Places the buffers; true when that is the best so far.
  bool try_order(const Order& order) {
    arena_ = placer_.place(order);
    visits_ += conflicts_.visits + conflicts_.size();
    if (!plan_.offsets.empty() && arena_ >= plan_.arena_bytes) return false;
    plan_.arena_bytes = arena_;
    plan_.offsets = placer_.offsets();
    return true;
  }

  /// Local search. Equal arenas are accepted too, to walk across plateaus. The seed is fixed and the effort is
  /// counted, not timed: plans must be reproducible.
  void improve(Order order) {
    std::mt19937 random(1);
    try_order(order);
    int64_t current = arena_;
    for (visits_ = 0; !done() && visits_ < kSearchVisits;) {
      Order candidate = order;
      promote_topmost(candidate, placer_, current, random);
      if (random() % 4 == 0) swap_two(candidate, random);
      try_order(candidate);
      if (arena_ <= current) {
        order = std::move(candidate);
        current = arena_;
      } else {
        try_order(order);  // back to where the next step starts from
      }
    }
  }

  const Conflicts conflicts_;
  Placer placer_;
  const std::vector<int64_t> breadth_;
  MemoryPlan plan_;
  Order best_order_;
  int64_t arena_ = 0;   ///< of the order tried last
  int64_t visits_ = 0;  ///< effort spent
};

/// Places the buffers as they begin, each into the first gap, in memory that grows with their number only.
class FirstFit {
 public:
  explicit FirstFit(std::span<const BufferLifetime> buffers) : buffers_(buffers) {}

  MemoryPlan run() {
    plan_.offsets.resize(buffers_.size());
    for (int32_t i : order_by_start(buffers_)) place(i);
    return std::move(plan_);
  }

 private:
  void place(int32_t index) {
    const BufferLifetime& buffer = buffers_[index];
    std::erase_if(live_, [&](int32_t i) { return buffers_[i].last_step < buffer.first_step; });
    int64_t offset = 0, live_bytes = buffer.bytes;
    auto gap = live_.end();
    for (auto i = live_.begin(); i != live_.end(); ++i) {
      if (gap == live_.end() && plan_.offsets[*i] - offset >= buffer.bytes) gap = i;
      if (gap == live_.end()) offset = plan_.offsets[*i] + buffers_[*i].bytes;
      live_bytes += buffers_[*i].bytes;
    }
    live_.insert(gap, index);
    plan_.offsets[index] = offset;
    plan_.arena_bytes = std::max(plan_.arena_bytes, offset + buffer.bytes);
    plan_.lower_bound = std::max(plan_.lower_bound, live_bytes);
  }

  const std::span<const BufferLifetime> buffers_;
  Order live_;  ///< by offset
  MemoryPlan plan_;
};

}  // namespace

MemoryPlan plan_memory(std::span<const BufferLifetime> buffers) {
  if (buffers.empty()) return {};
  std::vector<BufferLifetime> sized = aligned(buffers);
  if (count_pairs(sized) > kMaxPairs) return FirstFit(sized).run();
  return Search(find_conflicts(std::move(sized))).run();
}

}  // namespace convoy
