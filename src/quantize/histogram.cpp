#include "quantize/histogram.h"

#include <algorithm>
#include <cmath>

namespace convoy::quantizer {
namespace {

/// Each pair of bins into one, the upper half is empty then.
void merge_pairs(std::vector<int64_t>& bins) {
  const size_t half = bins.size() / 2;
  for (size_t i = 0; i < half; ++i) bins[i] = bins[2 * i] + bins[2 * i + 1];
  std::fill(bins.begin() + static_cast<int64_t>(half), bins.end(), 0);
}

}  // namespace

void Histogram::grow(float magnitude) {
  if (positive_.empty()) {
    positive_.resize(kBins);
    negative_.resize(kBins);
  }
  if (magnitude == 0) return;
  if (reach_ == 0) reach_ = std::exp2(std::ilogb(magnitude) + 1);
  while (reach_ <= magnitude) {
    merge_pairs(positive_);
    merge_pairs(negative_);
    reach_ *= 2;
  }
}

bool Histogram::add(std::span<const float> values) {
  float low = 0, high = 0;
  bool finite = true;
  for (float value : values) {
    finite &= std::isfinite(value);
    low = std::min(low, value);
    high = std::max(high, value);
  }
  if (!finite) return false;
  if (values.empty()) return true;
  grow(std::max(-low, high));
  min_ = std::min(min_, low);
  max_ = std::max(max_, high);
  count_ += static_cast<int64_t>(values.size());
  const double bins_a_unit = reach_ > 0 ? static_cast<double>(kBins) / reach_ : 0;
  for (float value : values) {
    if (value == 0) {
      ++zeros_;
    } else {
      auto& side = value > 0 ? positive_ : negative_;
      ++side[static_cast<size_t>(std::abs(value) * bins_a_unit)];
    }
  }
  return true;
}

void Histogram::add(const Histogram& other) {
  if (other.count_ == 0) return;
  Histogram grown = other;
  grown.grow(std::max(-min_, max_));
  grow(std::max(-other.min_, other.max_));
  for (size_t i = 0; i < positive_.size(); ++i) {
    positive_[i] += grown.positive_[i];
    negative_[i] += grown.negative_[i];
  }
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
  count_ += other.count_;
  zeros_ += other.zeros_;
}

std::vector<Histogram::Bin> Histogram::bins() const {
  std::vector<Bin> result;
  const double width = reach_ / static_cast<double>(kBins);
  const auto add = [&](const std::vector<int64_t>& side, size_t i, double sign) {
    if (side[i]) result.push_back({sign * (static_cast<double>(i) + 0.5) * width, static_cast<double>(side[i])});
  };
  for (size_t i = negative_.size(); i-- > 0;) add(negative_, i, -1);
  for (size_t i = 0; i < positive_.size(); ++i) add(positive_, i, 1);
  return result;
}

}  // namespace convoy::quantizer
