// The fastest plan that fits into so much memory: each byte of packed weights is given a price, and the lowest price at
// which the plan fits is searched (Lagrangian relaxation of the constraint).
#include <algorithm>
#include <cmath>
#include <limits>

#include "plan/plan.h"
#include "support/error.h"

namespace convoy {

namespace {

/// Of the implementations that were picked.
double known_ns(const Plan& plan) {
  double sum = 0;
  for (const GroupChoice& choice : plan.choices) {
    for (const Considered& considered : choice.candidates) {
      if (considered.impl == choice.picked) sum += considered.known_ns();
    }
  }
  return sum;
}

class PriceSearch {
 public:
  PriceSearch(const GroupedGraph& grouped, const Target& target, ChoiceOptions options, int64_t max_bytes)
      : grouped_(grouped), target_(target), options_(std::move(options)), max_bytes_(max_bytes) {}

  /// The prices of the fastest plan that fits. Throws Error when none does.
  ChoiceOptions run() {
    // Temporary buffers count for little, as a rule: those of one layer lie where those of others lay.
    for (double temp_share : {0.0, 1.0}) search(temp_share);
    if (!best_) unsupported("the network needs {:.1f} MB at least, not {:.1f}", least_ / 1e6, max_bytes_ / 1e6);
    return *best_;
  }

 private:
  void search(double temp_share) {
    // Exponents of two of the price, in ns a byte: at the highest, only memory counts.
    double low = -24, high = 16;
    if (!fits(high, temp_share)) return;
    for (int step = 0; step < 10; ++step) {
      const double middle = (low + high) / 2;
      (fits(middle, temp_share) ? high : low) = middle;
    }
  }

  bool fits(double exponent, double temp_share) {
    ChoiceOptions priced = options_;
    priced.ns_per_byte = std::exp2(exponent);
    priced.ns_per_temp_byte = temp_share * priced.ns_per_byte;
    const Plan draft = draft_plan(grouped_, target_, priced);
    least_ = std::min(least_, draft.memory_bytes());
    if (draft.memory_bytes() > max_bytes_) return false;
    if (const double ns = known_ns(draft); !best_ || ns < best_ns_) {
      best_ = priced;
      best_ns_ = ns;
    }
    return true;
  }

  const GroupedGraph& grouped_;
  const Target& target_;
  const ChoiceOptions options_;
  const int64_t max_bytes_;
  std::optional<ChoiceOptions> best_;
  double best_ns_ = 0;
  int64_t least_ = std::numeric_limits<int64_t>::max();
};

}  // namespace

int64_t Plan::memory_bytes() const {
  int64_t bytes = arena_bytes + weights_bytes + scratch_bytes * target.threads;
  for (const Port& port : inputs) bytes += port.type.bytes();
  for (const Port& port : outputs) bytes += port.type.bytes();
  return bytes;
}

Plan make_plan_within(GroupedGraph grouped, const Target& target, ChoiceOptions options, int64_t max_bytes) {
  const Plan unlimited = draft_plan(grouped, target, options);
  const double unlimited_ns = known_ns(unlimited);
  if (unlimited.memory_bytes() > max_bytes) options = PriceSearch(grouped, target, options, max_bytes).run();
  Plan plan = make_plan(std::move(grouped), target, options);
  plan.limit = MemoryLimit{max_bytes, known_ns(plan) / unlimited_ns - 1};
  return plan;
}

}  // namespace convoy
