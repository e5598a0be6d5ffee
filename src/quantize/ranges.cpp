#include "quantize/ranges.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace convoy::quantizer {
namespace {

struct Range {
  double low, high;
};

/// What is left when (100 - percentile)% of the values are cut off on either side.
Range percentile_range(const Histogram& values, double percentile) {
  const std::vector<Histogram::Bin> bins = values.bins();
  const double cut = static_cast<double>(values.count()) * (100 - percentile) / 100;
  Range range{values.min(), values.max()};
  double seen = 0;
  for (size_t i = 0; i < bins.size() && bins[i].centre < 0; ++i) {
    range.low = std::max(range.low, bins[i].centre);
    seen += bins[i].count;
    if (seen > cut) break;
  }
  seen = 0;
  for (size_t i = bins.size(); i-- > 0 && bins[i].centre > 0;) {
    range.high = std::min(range.high, bins[i].centre);
    seen += bins[i].count;
    if (seen > cut) break;
  }
  return range;
}

/// Shrinks the range as long as that makes the error smaller: both sides together, then each by itself.
class SmallestError {
 public:
  explicit SmallestError(const Histogram& values) : bins_(values.bins()), full_{values.min(), values.max()} {}

  Range find() {
    best_ = full_;
    error_ = error(full_);
    for (int i = 1; i <= kSteps; ++i) consider(factor(i), factor(i));
    for (int round = 0; round < 2 && full_.low < 0 && full_.high > 0; ++round) {
      const double high = best_.high / full_.high;
      for (int i = 0; i <= kSteps; ++i) consider(factor(i), high);
      const double low = best_.low / full_.low;
      for (int i = 0; i <= kSteps; ++i) consider(low, factor(i));
    }
    return best_;
  }

 private:
  static constexpr int kSteps = 60;
  static constexpr double kLeast = 0.1;  ///< part of the full range, at least

  static double factor(int step) { return 1 - (1 - kLeast) * step / kSteps; }
  double error(const Range& range) const {
    return squared_error(bins_, quantization_of_range(range.low, range.high, DType::u8));
  }

  void consider(double low, double high) {
    const Range range{full_.low * low, full_.high * high};
    const double error = this->error(range);
    if (error >= error_) return;
    error_ = error;
    best_ = range;
  }

  std::vector<Histogram::Bin> bins_;
  Range full_, best_{};
  double error_ = 0;
};

/// Powers of two from the one that clips nothing down.
ValueQuantization smallest_error_pow2(const Histogram& values) {
  constexpr int kSteps = 6;
  const std::vector<Histogram::Bin> bins = values.bins();
  ValueQuantization best, candidate{DType::i8, power_of_two_above(std::max(-values.min(), values.max()) / 127.), 0};
  double smallest = std::numeric_limits<double>::infinity();
  for (int i = 0; i < kSteps; ++i, candidate.scale /= 2) {
    const double error = squared_error(bins, candidate);
    if (error < smallest) best = candidate;
    smallest = std::min(smallest, error);
  }
  return best;
}

}  // namespace

NumberRange number_range(DType dtype) {
  return dtype == DType::u8 ? NumberRange{0, 255} : NumberRange{-128, 127};
}

ValueQuantization quantization_of_range(double low, double high, DType dtype) {
  const NumberRange numbers = number_range(dtype);
  low = std::min(low, 0.0);
  high = std::max(high, 0.0);
  // The smallest scale still is a normal number when a scale of weights multiplies it.
  constexpr double kSmallest = 1e-18;
  ValueQuantization result{dtype, 1, numbers.low};
  if (high - low > 0)
    result.scale = static_cast<float>(std::max((high - low) / (numbers.high - numbers.low), kSmallest));
  const double zero = std::nearbyint(numbers.low - low / result.scale);
  result.zero_point = static_cast<int32_t>(std::clamp<double>(zero, numbers.low, numbers.high));
  return result;
}

float power_of_two_above(double scale) {
  constexpr int kLeast = -60, kMost = 60;
  if (!(scale > 0)) return 1;
  const int exponent = static_cast<int>(std::ceil(std::log2(scale)));
  return static_cast<float>(std::exp2(std::clamp(exponent, kLeast, kMost)));
}

ValueQuantization choose_quantization(const Histogram& values, QuantizationScheme scheme, RangeMethod method,
                                      double percentile) {
  const bool pow2 = scheme == QuantizationScheme::pow2;
  if (pow2 && method == RangeMethod::mse) return smallest_error_pow2(values);
  Range range{values.min(), values.max()};
  if (method == RangeMethod::percentile) range = percentile_range(values, percentile);
  if (method == RangeMethod::mse) range = SmallestError(values).find();
  if (!pow2) return quantization_of_range(range.low, range.high, DType::u8);
  return {DType::i8, power_of_two_above(std::max(-range.low / 128, range.high / 127)), 0};
}

double squared_error(std::span<const Histogram::Bin> bins, const ValueQuantization& quantization) {
  const NumberRange numbers = number_range(quantization.dtype);
  const double scale = quantization.scale, inverse = 1 / scale, zero = quantization.zero_point;
  double sum = 0;
  for (const Histogram::Bin& bin : bins) {
    const double number = std::clamp<double>(std::nearbyint(bin.centre * inverse) + zero, numbers.low, numbers.high);
    const double error = bin.centre - (number - zero) * scale;
    sum += bin.count * error * error;
  }
  return sum;
}

}  // namespace convoy::quantizer
