// A classifier's output as a list of the most probable classes.
#pragma once

#include <convoy/program.h>

#include <string>
#include <vector>

namespace convoy::cli {

struct RankedClass {
  int64_t index;
  float score;        ///< as the network gives it
  float probability;  ///< the score, or softmax of the scores
  std::string label;  ///< empty without labels
};

struct Ranking {
  std::vector<RankedClass> classes;  ///< best first
  std::vector<std::string> notes;    ///< what was done to scores and labels, to be printed
  bool probabilities = true;         ///< false: integer scores, shown as they are
};

/// True for one vector of at least two numbers: 1x1000, 1x1000x1x1.
bool is_class_scores(const TensorType& type);

/// One label a line. Throws Error when the file cannot be read or holds none.
std::vector<std::string> read_labels(const std::string& path);

/// The `count` best. Scores that are no probabilities (negative, or not summing to 1) go through softmax.
/// Labels may have one line more or less than there are classes: the background in front. Throws Error
/// for any other number; `labels` may be empty. The sum of `rounded` probabilities, which a quantised network gives,
/// may be off by more.
Ranking rank_classes(const Tensor& output, size_t count, const std::vector<std::string>& labels, bool rounded = false);

/// The table to be printed.
std::string ranking_text(const Ranking& ranking);

}  // namespace convoy::cli
