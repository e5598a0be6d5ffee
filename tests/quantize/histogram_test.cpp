#include "quantize/histogram.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <random>

namespace convoy::quantizer {
namespace {

double total(const Histogram& histogram) {
  const auto bins = histogram.bins();
  return std::accumulate(bins.begin(), bins.end(), 0.0, [](double sum, const auto& bin) { return sum + bin.count; });
}

TEST(Histogram, EmptyHasNoBins) {
  const Histogram histogram;
  EXPECT_EQ(histogram.count(), 0);
  EXPECT_TRUE(histogram.bins().empty());
  EXPECT_EQ(histogram.min(), 0);
  EXPECT_EQ(histogram.max(), 0);
}

TEST(Histogram, CountsZerosApart) {
  Histogram histogram;
  const std::vector<float> values = {0, 0, 1, -2, 0.5};
  ASSERT_TRUE(histogram.add(values));
  EXPECT_EQ(histogram.count(), 5);
  EXPECT_EQ(histogram.zeros(), 2);
  EXPECT_EQ(histogram.min(), -2);
  EXPECT_EQ(histogram.max(), 1);
  EXPECT_EQ(total(histogram), 3);
}

TEST(Histogram, BinsLieWhereTheValuesAre) {
  Histogram histogram;
  const std::vector<float> values = {-3, 0.75, 3.9f};
  ASSERT_TRUE(histogram.add(values));
  const auto bins = histogram.bins();
  ASSERT_EQ(bins.size(), 3u);
  const double width = 4.0 / Histogram::kBins;
  for (size_t i = 0; i < 3; ++i) EXPECT_NEAR(bins[i].centre, values[i], width);
}

TEST(Histogram, GrowsWithoutLosingAnything) {
  Histogram histogram;
  for (float scale : {0.001f, 0.3f, 1.f, 1000.f, 0.0f}) {
    std::vector<float> values;
    for (int i = -50; i <= 50; ++i) values.push_back(scale * static_cast<float>(i) / 50);
    ASSERT_TRUE(histogram.add(values));
  }
  EXPECT_EQ(histogram.count(), 5 * 101);
  EXPECT_EQ(total(histogram) + static_cast<double>(histogram.zeros()), 5 * 101);
  EXPECT_EQ(histogram.max(), 1000);
}

TEST(Histogram, TwoAddUpToOneOfAll) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal(0.5f, 2);
  Histogram all, first, second;
  for (int i = 0; i < 6; ++i) {
    std::vector<float> values(1000);
    for (float& value : values) value = normal(random) * static_cast<float>(i + 1);
    ASSERT_TRUE(all.add(values));
    ASSERT_TRUE((i < 2 ? first : second).add(values));
  }
  Histogram sum;
  sum.add(second);
  sum.add(first);
  const auto a = all.bins(), b = sum.bins();
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].centre, b[i].centre);
    EXPECT_EQ(a[i].count, b[i].count);
  }
  EXPECT_EQ(sum.min(), all.min());
  EXPECT_EQ(sum.max(), all.max());
}

TEST(Histogram, RefusesWhatIsNotFinite) {
  Histogram histogram;
  EXPECT_FALSE(histogram.add(std::vector<float>{1, std::numeric_limits<float>::infinity()}));
  EXPECT_FALSE(histogram.add(std::vector<float>{std::nanf("")}));
  EXPECT_EQ(histogram.count(), 0);
}

TEST(Histogram, TakesTheSmallestNumbers) {
  Histogram histogram;
  ASSERT_TRUE(histogram.add(std::vector<float>{std::numeric_limits<float>::denorm_min()}));
  ASSERT_TRUE(histogram.add(std::vector<float>{std::numeric_limits<float>::max()}));
  EXPECT_EQ(total(histogram), 2);
}

}  // namespace
}  // namespace convoy::quantizer
