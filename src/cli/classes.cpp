#include "cli/classes.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "cli/table.h"
#include "cli/terminal.h"
#include "io/convert.h"
#include "io/files.h"
#include "support/dtypes.h"
#include "support/error.h"

namespace convoy::cli {
namespace {

bool are_probabilities(const std::vector<float>& scores, bool rounded) {
  const double sum = std::accumulate(scores.begin(), scores.end(), 0.0);
  const double slack = rounded ? 0.5 : 0.02;
  return std::abs(sum - 1) < slack && std::all_of(scores.begin(), scores.end(), [](float s) { return s >= 0; });
}

std::vector<float> softmax(const std::vector<float>& scores) {
  const float largest = *std::max_element(scores.begin(), scores.end());
  std::vector<float> result(scores.size());
  std::transform(scores.begin(), scores.end(), result.begin(), [&](float s) { return std::exp(s - largest); });
  const double sum = std::accumulate(result.begin(), result.end(), 0.0);
  for (float& value : result) value = static_cast<float>(value / sum);
  return result;
}

/// How many lines of the labels come before class 0: 1 when they name a background that the network does not
/// know, -1 when it knows one that they do not name.
int64_t label_offset(size_t labels, size_t classes, std::vector<std::string>& notes, const std::string& first) {
  if (labels == classes) return 0;
  if (labels == classes + 1) {
    notes.push_back(fmt::format("{} labels for {} classes: the first, '{}', is left out", labels, classes, first));
    return 1;
  }
  if (labels + 1 == classes) {
    notes.push_back(fmt::format("{} labels for {} classes: class 0 is taken as background", labels, classes));
    return -1;
  }
  invalid_input("the labels file has {} lines, the network {} classes", labels, classes);
}

std::vector<int64_t> best_indices(const std::vector<float>& scores, size_t count) {
  std::vector<int64_t> order(scores.size());
  std::iota(order.begin(), order.end(), 0);
  count = std::min(count, order.size());
  // NaN goes last; equal scores in the order of the classes.
  const auto better = [&](int64_t a, int64_t b) {
    const bool a_nan = std::isnan(scores[a]), b_nan = std::isnan(scores[b]);
    if (a_nan != b_nan) return b_nan;
    return scores[a] != scores[b] && !a_nan ? scores[a] > scores[b] : a < b;
  };
  std::partial_sort(order.begin(), order.begin() + static_cast<int64_t>(count), order.end(), better);
  order.resize(count);
  return order;
}

}  // namespace

bool is_class_scores(const TensorType& type) {
  const int64_t elems = type.shape.elems();
  return elems > 1 && std::count(type.shape.begin(), type.shape.end(), elems) == 1;
}

std::vector<std::string> read_labels(const std::string& path) {
  std::string text;
  with_context(path, [&] {
    FileSource source(path);
    text.resize(source.left());
    source.read(text.data(), source.left());
  });
  std::vector<std::string> labels;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    labels.push_back(text.substr(begin, end - begin));
    if (labels.back().ends_with('\r')) labels.back().pop_back();
    begin = end + 1;
  }
  while (!labels.empty() && labels.back().empty()) labels.pop_back();
  if (labels.empty()) invalid_input("{}: holds no labels", path);
  return labels;
}

Ranking rank_classes(const Tensor& output, size_t count, const std::vector<std::string>& labels, bool rounded) {
  const Tensor floats = convert(output, DType::f32);
  const std::vector<float> scores(floats.as<float>(), floats.as<float>() + floats.elems());
  Ranking ranking;
  std::vector<float> probabilities = scores;
  ranking.probabilities = is_float(output.dtype());
  if (ranking.probabilities && !are_probabilities(scores, rounded)) {
    probabilities = softmax(scores);
    ranking.notes.push_back("the scores are no probabilities: softmax is applied for display");
  }
  const int64_t offset = labels.empty() ? 0 : label_offset(labels.size(), scores.size(), ranking.notes, labels.front());
  for (int64_t index : best_indices(scores, count)) {
    const int64_t line = index + offset;
    const std::string label = labels.empty() ? "" : line < 0 ? "background" : labels[line];
    ranking.classes.push_back({index, scores[index], probabilities[index], label});
  }
  return ranking;
}

std::string ranking_text(const Ranking& ranking) {
  Table table({{"", Align::right}, {"", Align::right}, {""}, {""}});
  const bool utf8 = stdout_shows_utf8();
  for (const RankedClass& entry : ranking.classes) {
    const std::string value =
        ranking.probabilities ? fmt::format("{:.2f}%", 100 * entry.probability) : fmt::format("{:g}", entry.score);
    const std::string drawn = ranking.probabilities ? bar(entry.probability, 20, utf8) : "";
    table.add({value, std::to_string(entry.index), entry.label, drawn});
  }
  return table.str();
}

}  // namespace convoy::cli
