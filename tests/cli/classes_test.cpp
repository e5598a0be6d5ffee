#include "cli/classes.h"

#include <gtest/gtest.h>

#include <cmath>

#include "support/expect_error.h"

namespace convoy::cli {
namespace {

TEST(RankClasses, ProbabilitiesStayAsTheyAre) {
  const Ranking ranking = rank_classes(Tensor::of<float>({0.1f, 0.7f, 0.2f}), 2, {});
  ASSERT_EQ(ranking.classes.size(), 2u);
  EXPECT_EQ(ranking.classes[0].index, 1);
  EXPECT_EQ(ranking.classes[0].probability, 0.7f);
  EXPECT_EQ(ranking.classes[1].index, 2);
  EXPECT_TRUE(ranking.notes.empty());
}

TEST(RankClasses, ScoresGoThroughSoftmax) {
  const Ranking ranking = rank_classes(Tensor::of<float>({1000, 1002, -5}), 5, {});
  ASSERT_EQ(ranking.classes.size(), 3u);
  EXPECT_EQ(ranking.classes[0].score, 1002);
  EXPECT_NEAR(ranking.classes[0].probability, 1 / (1 + std::exp(-2.0)), 1e-6);
  ASSERT_EQ(ranking.notes.size(), 1u);
  EXPECT_NE(ranking.notes[0].find("softmax"), std::string::npos);
}

TEST(RankClasses, IntegersAreShownAsTheyAre) {
  const Ranking ranking = rank_classes(Tensor::of<uint8_t>({3, 200}), 1, {});
  EXPECT_FALSE(ranking.probabilities);
  EXPECT_EQ(ranking.classes[0].score, 200);
}

TEST(RankClasses, RoundedProbabilitiesNeedNotSumToOne) {
  const Tensor scores = Tensor::of<float>({0.5f, 0.25f, 0, 0});
  EXPECT_EQ(rank_classes(scores, 1, {}, true).classes[0].probability, 0.5f);
  EXPECT_NE(rank_classes(scores, 1, {}, false).classes[0].probability, 0.5f);
}

TEST(RankClasses, NotANumberComesLast) {
  const Ranking ranking = rank_classes(Tensor::of<float>({NAN, 0.25f, 0.75f}), 3, {});
  EXPECT_EQ(ranking.classes[0].index, 2);
  EXPECT_EQ(ranking.classes[2].index, 0);
}

TEST(RankClasses, BackgroundLabels) {
  const Tensor three = Tensor::of<float>({0.1f, 0.7f, 0.2f});
  EXPECT_EQ(rank_classes(three, 1, {"a", "b", "c"}).classes[0].label, "b");
  const Ranking more = rank_classes(three, 1, {"background", "a", "b", "c"});
  EXPECT_EQ(more.classes[0].label, "b");
  EXPECT_EQ(more.notes[0], "4 labels for 3 classes: the first, 'background', is left out");
  const Ranking fewer = rank_classes(three, 3, {"a", "b"});
  EXPECT_EQ(fewer.classes[0].label, "a");
  EXPECT_EQ(fewer.classes[2].label, "background");
  expect_invalid("has 6 lines, the network 3 classes", [&] { rank_classes(three, 1, {"", "", "", "", "", "x"}); });
}

TEST(IsClassScores, OneVector) {
  EXPECT_TRUE(is_class_scores({DType::f32, {1, 1000}}));
  EXPECT_TRUE(is_class_scores({DType::f32, {1, 1000, 1, 1}}));
  EXPECT_TRUE(is_class_scores({DType::u8, {10}}));
  EXPECT_FALSE(is_class_scores({DType::f32, {1, 1}}));
  EXPECT_FALSE(is_class_scores({DType::f32, {2, 10}}));
  EXPECT_FALSE(is_class_scores({DType::f32, {1, 3, 4, 4}}));
}

}  // namespace
}  // namespace convoy::cli
