#include "impls/prologue.h"

#include <algorithm>

#include "ops/concat.h"

namespace convoy {

namespace {

void collect(const Problem& problem, ValueId id, std::vector<InputSegment>& segments) {
  const Graph& graph = problem.graph();
  const int32_t producer = graph.value(id).producer;
  if (std::ranges::find(problem.group.prologue, producer) == problem.group.prologue.end()) {
    segments.push_back({id, graph.type(id).shape[1]});
    return;
  }
  const Node& node = graph.nodes[producer];
  if (op_cast<Concat>(*node.op)) {
    for (ValueId part : node.inputs) collect(problem, part, segments);
  } else {
    const TensorType& src = graph.type(node.inputs[0]);
    const auto [up_h, up_w] = pixel_repeats(*op_cast<Resize>(*node.op), src).value();
    segments.push_back({node.inputs[0], src.shape[1], up_h, up_w});
  }
}

}  // namespace

std::vector<InputSegment> input_segments(const Problem& problem) {
  std::vector<InputSegment> segments;
  collect(problem, problem.anchor_input(0), segments);
  return segments;
}

std::optional<std::pair<int64_t, int64_t>> pixel_repeats(const Resize& resize, const TensorType& src) {
  if (resize.mode != ResizeMode::nearest || src.shape.rank() != 4 || src.shape.elems() == 0) return std::nullopt;
  int64_t repeats[4];
  for (int axis = 0; axis < 4; ++axis) {
    const int64_t from = src.shape[axis], to = resize.shape[axis];
    if (to % from != 0) return std::nullopt;
    repeats[axis] = to / from;
    for (int64_t i = 0; i < to; ++i) {
      if (resize.taps(axis, i, from) != std::vector<ResizeTap>{{i / repeats[axis], 1}}) return std::nullopt;
    }
  }
  if (repeats[0] != 1 || repeats[1] != 1) return std::nullopt;
  return std::pair(repeats[2], repeats[3]);
}

}  // namespace convoy
