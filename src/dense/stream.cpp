#include "dense/stream.h"

#include <algorithm>

#include "dense/per_patch.h"
#include "ops/avg_pool2d.h"
#include "ops/batch_norm.h"
#include "ops/channel_shuffle.h"
#include "ops/concat.h"
#include "ops/conv2d.h"
#include "ops/depth_to_space.h"
#include "ops/elementwise.h"
#include "ops/lrn.h"
#include "ops/max_pool2d.h"
#include "ops/slice.h"
#include "ops/softmax.h"
#include "support/error.h"
#include "support/int_math.h"

namespace convoy {
namespace {

/// The rows of a value that runs compute: run t makes rows [t * count + lead, (t + 1) * count + lead).
struct Rows {
  int64_t count = 0, lead = 0;
};

/// How a node reads an operand: a window over rows.
struct RowWindow {
  int64_t span = 1, stride = 1;
  int64_t skip = 0;  ///< result row 0 begins at this row of the operand
};

/// The rows of an operand that a run reads: so many before its new ones, and how many in all.
struct RowUse {
  int64_t before = 0, total = 0;
};

std::optional<RowWindow> window_of(const Window2d& window, int64_t kernel) {
  if (window.pads[0] != 0 || window.pads[2] != 0) return std::nullopt;
  return RowWindow{window.span(0, kernel), window.strides[0], 0};
}

/// How the operator reads its computed operands; nothing when it needs all rows.
std::optional<RowWindow> window_of(const Op& op, const Graph& graph, const Node& node) {
  if (auto* conv = op_cast<Conv2d>(op)) {
    if (!graph.is_constant(node.inputs[1])) return std::nullopt;
    return window_of(conv->window, graph.type(node.inputs[1]).shape[2]);
  }
  if (auto* pool = op_cast<MaxPool2d>(op)) return window_of(pool->window, pool->kernel[0]);
  if (auto* pool = op_cast<AvgPool2d>(op)) return window_of(pool->window, pool->kernel[0]);
  if (auto* slice = op_cast<Slice>(op)) {
    if (slice->step[2] < 1) return std::nullopt;
    return RowWindow{1, slice->step[2], slice->begin[2]};
  }
  if (auto* concat = op_cast<Concat>(op); concat && concat->axis != 1) return std::nullopt;
  if (auto* softmax = op_cast<Softmax>(op); softmax && softmax->axis != 1) return std::nullopt;
  const bool by_row = op_cast<Unary>(op) || op_cast<Binary>(op) || op_cast<Concat>(op) || op_cast<Softmax>(op) ||
                      op_cast<BatchNorm>(op) || op_cast<Lrn>(op) || op_cast<ChannelShuffle>(op) ||
                      op_cast<DepthToSpace>(op);
  return by_row ? std::optional(RowWindow()) : std::nullopt;
}

/// A constant that is the same in all rows.
bool alike_in_rows(const Graph& graph, ValueId id) {
  const Shape& shape = graph.type(id).shape;
  return shape.rank() < 2 || shape[shape.rank() - 2] == 1;
}

class Streamer {
 public:
  Streamer(const Graph& dense, int64_t input_rows)
      : dense_(dense),
        builder_(dense.name, dense.folding),
        rows_(dense.values.size()),
        kept_(dense.values.size()),
        uses_(dense.nodes.size()),
        fresh_(dense.values.size(), kAbsent),
        full_(dense.values.size(), kAbsent) {
    rows_[dense.inputs[0]] = {input_rows, 0};
  }

  std::optional<StreamNetwork> run(std::string& refusal) {
    for (size_t i = 0; i < dense_.nodes.size(); ++i) {
      refusal = analyse(i);
      if (!refusal.empty()) return std::nullopt;
    }
    const ValueId image = dense_.inputs[0], result = dense_.outputs[0];
    add_image(image);
    for (size_t i = 0; i < dense_.nodes.size(); ++i) build(i);
    builder_.claim_name(fresh_[result], dense_.value(result).name);
    builder_.output(fresh_[result]);
    for (ValueId state : next_states_) builder_.output(state);
    return StreamNetwork{std::move(builder_).finish(), rows_[image]->count, rows_[result]->count, -rows_[result]->lead};
  }

 private:
  bool computed(ValueId id) const { return id != kAbsent && rows_[id].has_value(); }

  /// Which rows of its operands the node reads and which of its result it makes.
  std::string analyse(size_t index) {
    const Node& node = dense_.nodes[index];
    const auto window = window_of(*node.op, dense_, node);
    if (!window || node.outputs.size() != 1)
      return fmt::format("{} needs more than some rows at a time", describe(node));
    std::optional<Rows> result;
    for (ValueId id : node.inputs) {
      if (!computed(id)) {
        const bool weights = op_cast<Conv2d>(*node.op) || op_cast<BatchNorm>(*node.op);
        if (id != kAbsent && !weights && !alike_in_rows(dense_, id))
          return describe(node) + " has a constant for each row";
        continue;
      }
      const Rows& from = *rows_[id];
      if (from.count % window->stride != 0) return describe(node) + " steps over other rows in each run";
      const Rows made{from.count / window->stride,
                      floor_div(from.lead - window->skip - window->span, window->stride) + 1};
      if (result && result->count != made.count) return describe(node) + " joins images of different heights";
      result = Rows{made.count, result ? std::min(result->lead, made.lead) : made.lead};
    }
    if (!result) return describe(node) + " does not depend on the image";
    use(index, *window, *result);
    if (auto* depth = op_cast<DepthToSpace>(*node.op)) {
      result = Rows{result->count * depth->block_size, result->lead * depth->block_size};
    }
    rows_[node.outputs[0]] = *result;
    return "";
  }

  void use(size_t index, const RowWindow& window, const Rows& result) {
    for (ValueId id : dense_.nodes[index].inputs) {
      RowUse use;
      if (computed(id)) {
        use.before = rows_[id]->lead - window.skip - result.lead * window.stride;
        use.total = (result.count - 1) * window.stride + window.span;
        kept_[id] = std::max(kept_[id], use.before);
      }
      uses_[index].push_back(use);
    }
  }

  void add_image(ValueId id) {
    Shape shape = dense_.type(id).shape;
    std::vector<int64_t> dims = shape.dims();
    dims[2] = rows_[id]->count;
    fresh_[id] = builder_.input(dense_.value(id).name, {DType::f32, Shape(dims)});
    keep(id);
  }

  /// Puts the rows that were kept before the new ones, and keeps the last of them. A state lies in memory as
  /// convolutions lay their results: pixel by pixel.
  void keep(ValueId id) {
    full_[id] = fresh_[id];
    const int64_t kept = kept_[id];
    if (kept == 0) return;
    const Shape shape = builder_.type(fresh_[id]).shape;
    const std::string name = dense_.value(id).name + ".kept";
    const ValueId state = builder_.input(name, {builder_.type(fresh_[id]).dtype, Shape{1, kept, shape[3], shape[1]}});
    Concat join;
    join.axis = 2;
    full_[id] = builder_.make(join, {transposed(builder_, state, {0, 3, 1, 2}, name), fresh_[id]}, name + ".joined");
    const ValueId last = rows_of(full_[id], shape[2], kept, name + ".last");
    next_states_.push_back(transposed(builder_, last, {0, 2, 3, 1}, name + ".next"));
  }

  ValueId rows_of(ValueId id, int64_t begin, int64_t count, const std::string& name) {
    const Shape& shape = builder_.type(id).shape;
    if (begin == 0 && count == shape[2]) return id;
    Slice slice = Slice::whole(shape);
    slice.begin[2] = begin, slice.size[2] = count;
    return builder_.make(slice, {id}, name);
  }

  void build(size_t index) {
    const Node& node = dense_.nodes[index];
    std::vector<ValueId> inputs;
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const ValueId id = node.inputs[i];
      if (computed(id)) {
        const RowUse& use = uses_[index][i];
        inputs.push_back(rows_of(full_[id], kept_[id] - use.before, use.total, dense_.value(id).name + ".rows"));
      } else {
        inputs.push_back(id == kAbsent ? kAbsent : constant(id));
      }
    }
    fresh_[node.outputs[0]] = builder_.add1(for_rows(node, inputs), inputs, node.name);
    keep(node.outputs[0]);
  }

  /// A slice says how many rows there are.
  OpPtr for_rows(const Node& node, const std::vector<ValueId>& inputs) const {
    const auto* slice = op_cast<Slice>(*node.op);
    if (!slice) return node.op;
    auto op = std::make_shared<Slice>(*slice);
    op->begin[2] = 0;
    op->size[2] = ceil_div(builder_.type(inputs[0]).shape[2], op->step[2]);
    return op;
  }

  ValueId constant(ValueId id) {
    if (fresh_[id] == kAbsent) fresh_[id] = builder_.given_constant(dense_.value(id).name, *dense_.value(id).constant);
    return fresh_[id];
  }

  const Graph& dense_;
  GraphBuilder builder_;
  std::vector<std::optional<Rows>> rows_;  ///< of computed values
  std::vector<int64_t> kept_;              ///< rows of each value that runs read again
  std::vector<std::vector<RowUse>> uses_;  ///< of each node's inputs
  std::vector<ValueId> fresh_, full_;      ///< each value's new rows, and with those that were kept
  std::vector<ValueId> next_states_;
};

}  // namespace

std::optional<StreamNetwork> stream(const Graph& dense, int64_t input_rows, std::string& refusal) {
  return Streamer(dense, input_rows).run(refusal);
}

}  // namespace convoy
