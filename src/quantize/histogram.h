// How often which values occur: a histogram that grows with them, so that one pass over the samples suffices.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace convoy::quantizer {

/// Bins of one width on both sides of 0. When a value lies outside, pairs of bins become one and all reach twice as
/// far.
class Histogram {
 public:
  /// On either side; bins in use are at least half of them on the side of the largest magnitude.
  static constexpr int64_t kBins = 4096;

  /// False, and nothing is added, when one of the values is not finite.
  [[nodiscard]] bool add(std::span<const float> values);

  /// All that another one has seen.
  void add(const Histogram& other);

  int64_t count() const { return count_; }
  /// Values that are exactly 0. They are in no bin: every quantisation has them exactly.
  int64_t zeros() const { return zeros_; }
  float min() const { return min_; }  ///< 0 when there are no values
  float max() const { return max_; }

  /// A bin that is not empty.
  struct Bin {
    double centre;
    double count;
  };
  /// In ascending order.
  std::vector<Bin> bins() const;

 private:
  void grow(float magnitude);

  std::vector<int64_t> positive_, negative_;  ///< by distance from 0
  double reach_ = 0;                          ///< a power of two, which the last bin ends at
  int64_t count_ = 0, zeros_ = 0;
  float min_ = 0, max_ = 0;
};

}  // namespace convoy::quantizer
