#include "dense/stream.h"

#include <algorithm>

#include "dense/per_patch.h"
#include "ops/avg_pool2d.h"
#include "ops/batch_norm.h"
#include "ops/channel_shuffle.h"
#include "ops/concat.h"
#include "ops/conv2d.h"
#include "ops/conv_transpose2d.h"
#include "ops/depth_to_space.h"
#include "ops/elementwise.h"
#include "ops/gather.h"
#include "ops/lrn.h"
#include "ops/max_pool2d.h"
#include "ops/resize.h"
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

/// How a node reads its operands and makes its result: unit u reads rows [u * stride + skip, u * stride + skip + span)
/// and makes rows [u * up - crop, (u + 1) * up - crop).
struct RowWindow {
  int64_t span = 1, stride = 1, skip = 0;
  int64_t up = 1, crop = 0;
  bool pads = false;    ///< reads rows beyond the ends of the image as zero
  bool clamps = false;  ///< reads the nearest row there
};

/// The rows of an operand that a run reads: so many before its new ones, and how many in all.
struct RowUse {
  int64_t before = 0, total = 0;
  bool clamps = false;
};

RowWindow window_of(const Window2d& window, int64_t kernel) {
  const int64_t top = window.pads[0], bottom = window.pads[2];
  return {.span = window.span(0, kernel), .stride = window.strides[0], .skip = -top, .pads = top > 0 || bottom > 0};
}

std::optional<RowWindow> window_of(const AvgPool2d& pool) {
  const RowWindow window = window_of(pool.window, pool.kernel[0]);
  const bool plain = !pool.ceil_mode && (!window.pads || pool.count_include_pad);
  return plain ? std::optional(window) : std::nullopt;
}

std::optional<RowWindow> window_of(const MaxPool2d& pool) {
  const RowWindow window = window_of(pool.window, pool.kernel[0]);
  return pool.ceil_mode || window.pads ? std::nullopt : std::optional(window);
}

/// Unit u is the rows of the result that the first tap of source row u reaches.
std::optional<RowWindow> window_of(const ConvTranspose2d& conv, int64_t kernel) {
  const int64_t stride = conv.window.strides[0], before = (conv.window.span(0, kernel) - 1) / stride;
  if (conv.window.span(0, kernel) < stride) return std::nullopt;
  return RowWindow{.span = before + 1, .skip = -before, .up = stride, .crop = conv.window.pads[0], .pads = true};
}

/// Enlargement that repeats each row, or blends two: by `up`, and of those half a unit before their first row.
std::optional<RowWindow> window_of(const Resize& resize, const Shape& from) {
  const int64_t up = resize.shape[2] / from[2];
  if (resize.shape[2] != up * from[2]) return std::nullopt;
  if (resize.mode == ResizeMode::linear) {
    const bool halves = up > 1 && up % 2 == 0 && resize.coordinates == CoordinateMode::half_pixel;
    if (!halves || resize.exclude_outside) return std::nullopt;
    return RowWindow{.span = 2, .skip = -1, .up = up, .crop = up / 2, .clamps = true};
  }
  if (resize.mode != ResizeMode::nearest) return std::nullopt;
  for (int64_t row = 0; row < resize.shape[2]; ++row) {
    if (resize.taps(2, row, from[2]) != std::vector<ResizeTap>{{row / up, 1}}) return std::nullopt;
  }
  return RowWindow{.up = up};
}

/// How the operator reads its computed operands; nothing when it needs all rows.
std::optional<RowWindow> window_of(const Op& op, const Graph& graph, const Node& node) {
  const auto type = [&](int input) { return graph.type(node.inputs[input]); };
  if (auto* conv = op_cast<Conv2d>(op)) {
    return graph.is_constant(node.inputs[1]) ? std::optional(window_of(conv->window, type(1).shape[2])) : std::nullopt;
  }
  if (auto* conv = op_cast<ConvTranspose2d>(op)) {
    return graph.is_constant(node.inputs[1]) ? window_of(*conv, type(1).shape[2]) : std::nullopt;
  }
  if (auto* pool = op_cast<MaxPool2d>(op)) return window_of(*pool);
  if (auto* pool = op_cast<AvgPool2d>(op)) return window_of(*pool);
  if (auto* resize = op_cast<Resize>(op)) return window_of(*resize, type(0).shape);
  if (auto* depth = op_cast<DepthToSpace>(op)) return RowWindow{.up = depth->block_size};
  if (auto* slice = op_cast<Slice>(op)) {
    if (slice->step[2] < 1) return std::nullopt;
    return RowWindow{.stride = slice->step[2], .skip = slice->begin[2]};
  }
  if (auto* concat = op_cast<Concat>(op); concat && concat->axis != 1) return std::nullopt;
  if (auto* softmax = op_cast<Softmax>(op); softmax && softmax->axis != 1) return std::nullopt;
  const bool by_row = op_cast<Unary>(op) || op_cast<Binary>(op) || op_cast<Concat>(op) || op_cast<Softmax>(op) ||
                      op_cast<BatchNorm>(op) || op_cast<Lrn>(op) || op_cast<ChannelShuffle>(op);
  return by_row ? std::optional(RowWindow()) : std::nullopt;
}

/// A constant that is the same in all rows.
bool alike_in_rows(const Graph& graph, ValueId id) {
  const Shape& shape = graph.type(id).shape;
  return shape.rank() < 2 || shape[shape.rank() - 2] == 1;
}

class Streamer {
 public:
  Streamer(const Graph& dense, int64_t input_rows, Edges edges)
      : dense_(dense),
        edges_(edges),
        builder_(dense.name, dense.folding),
        rows_(dense.values.size()),
        kept_(dense.values.size()),
        padded_(dense.values.size()),
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
    return StreamNetwork{.graph = std::move(builder_).finish(),
                         .input_rows = rows_[image]->count,
                         .output_rows = rows_[result]->count,
                         .delay = -rows_[result]->lead,
                         .states = std::move(states_),
                         .edges = {.masks = std::move(masks_), .clamps = std::move(clamps_)}};
  }

 private:
  bool computed(ValueId id) const { return id != kAbsent && rows_[id].has_value(); }

  /// Which rows of its operands the node reads and which of its result it makes.
  std::string analyse(size_t index) {
    const Node& node = dense_.nodes[index];
    const auto window = window_of(*node.op, dense_, node);
    if (!window || node.outputs.size() != 1)
      return fmt::format("{} needs more than some rows at a time", describe(node));
    std::optional<Rows> units;
    for (ValueId id : node.inputs) {
      if (!computed(id)) {
        const bool weights =
            op_cast<Conv2d>(*node.op) || op_cast<ConvTranspose2d>(*node.op) || op_cast<BatchNorm>(*node.op);
        if (id != kAbsent && !weights && !alike_in_rows(dense_, id))
          return describe(node) + " has a constant for each row";
        continue;
      }
      const Rows& from = *rows_[id];
      if (from.count % window->stride != 0) return describe(node) + " steps over other rows in each run";
      const Rows made{from.count / window->stride,
                      floor_div(from.lead - window->skip - window->span, window->stride) + 1};
      if (units && units->count != made.count) return describe(node) + " joins images of different heights";
      units = Rows{made.count, units ? std::min(units->lead, made.lead) : made.lead};
      if (window->pads) padded_[id] = true;
    }
    if (!units) return describe(node) + " does not depend on the image";
    use(index, *window, *units);
    rows_[node.outputs[0]] = Rows{units->count * window->up, units->lead * window->up - window->crop};
    return "";
  }

  void use(size_t index, const RowWindow& window, const Rows& units) {
    for (ValueId id : dense_.nodes[index].inputs) {
      RowUse use;
      if (computed(id)) {
        use.before = rows_[id]->lead - window.skip - units.lead * window.stride;
        use.total = (units.count - 1) * window.stride + window.span;
        use.clamps = window.clamps;
        kept_[id] = std::max(kept_[id], use.before);
      }
      uses_[index].push_back(use);
    }
  }

  void add_image(ValueId id) {
    const Shape shape = with_rows(dense_.type(id).shape, rows_[id]->count);
    fresh_[id] = builder_.input(dense_.value(id).name, {DType::f32, shape});
    ++inputs_;
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
    states_.push_back(inputs_++);
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
        const ValueId rows = rows_of(full_[id], kept_[id] - use.before, use.total, dense_.value(id).name + ".rows");
        inputs.push_back(use.clamps && edges_ == Edges::masked ? clamped(rows, id, use) : rows);
      } else {
        inputs.push_back(id == kAbsent ? kAbsent : constant(id));
      }
    }
    const ValueId result = node.outputs[0];
    fresh_[result] = builder_.add1(for_rows(node, inputs), inputs, node.name);
    if (auto* resize = op_cast<Resize>(*node.op); resize && resize->mode == ResizeMode::linear) {
      // The outer halves of the first and the last unit lack rows.
      const int64_t count = rows_[result]->count, made = builder_.type(fresh_[result]).shape[2];
      fresh_[result] = rows_of(fresh_[result], (made - count) / 2, count, node.name + ".whole");
    }
    if (padded_[result] && edges_ == Edges::masked) mask(result);
    keep(result);
  }

  /// Makes new rows that are not in the image zero.
  void mask(ValueId id) {
    const std::string name = dense_.value(id).name;
    const Rows& rows = *rows_[id];
    masks_.push_back({inputs_++, rows.count, rows.lead, dense_.type(id).shape[2]});
    const ValueId inside = builder_.input(name + ".inside", {DType::f32, Shape{1, 1, rows.count, 1}});
    fresh_[id] = builder_.make(binary(BinaryKind::mul), {fresh_[id], inside}, name + ".in_image");
  }

  /// Rows of the value with those outside its image replaced by the nearest ones.
  ValueId clamped(ValueId rows, ValueId id, const RowUse& use) {
    const Rows& made = *rows_[id];
    clamps_.push_back({inputs_++, made.count, made.lead - use.before, use.total, dense_.type(id).shape[2]});
    const std::string name = fmt::format("{}.nearest{}", dense_.value(id).name, clamps_.size());
    const ValueId nearest = builder_.input(name, {DType::i64, Shape{use.total}});
    Gather gather;
    gather.axis = 2;
    return builder_.make(gather, {rows, nearest}, name + ".rows");
  }

  /// The operator on the rows that a run gives it: all that it pads with are there, and some say how many there are.
  OpPtr for_rows(const Node& node, const std::vector<ValueId>& inputs) const {
    const auto unpadded = []<class T>(const T& op) {
      auto copy = std::make_shared<T>(op);
      copy->window.pads[0] = copy->window.pads[2] = 0;
      return copy;
    };
    const auto rows = [&] { return builder_.type(inputs[0]).shape[2]; };
    if (auto* conv = op_cast<Conv2d>(*node.op)) return unpadded(*conv);
    if (auto* pool = op_cast<AvgPool2d>(*node.op)) return unpadded(*pool);
    if (auto* conv = op_cast<ConvTranspose2d>(*node.op)) {
      auto op = unpadded(*conv);
      const int64_t stride = op->window.strides[0], span = op->window.span(0, builder_.type(inputs[1]).shape[2]);
      op->window.pads[0] = (span - 1) / stride * stride;  // what rows before the first would add to
      op->window.pads[2] = span - stride;
      op->output_padding[0] = 0;
      return op;
    }
    if (auto* resize = op_cast<Resize>(*node.op)) {
      auto op = std::make_shared<Resize>(*resize);
      const int64_t up = op->shape[2] / dense_.type(node.inputs[0]).shape[2];
      op->shape = with_rows(op->shape, up * rows());
      return op;
    }
    if (auto* slice = op_cast<Slice>(*node.op)) {
      auto op = std::make_shared<Slice>(*slice);
      op->begin[2] = 0;
      op->size[2] = ceil_div(rows(), op->step[2]);
      return op;
    }
    return node.op;
  }

  static Shape with_rows(const Shape& shape, int64_t rows) {
    std::vector<int64_t> dims = shape.dims();
    dims[2] = rows;
    return Shape(dims);
  }

  ValueId constant(ValueId id) {
    if (fresh_[id] == kAbsent) fresh_[id] = builder_.given_constant(dense_.value(id).name, *dense_.value(id).constant);
    return fresh_[id];
  }

  const Graph& dense_;
  const Edges edges_;
  GraphBuilder builder_;
  std::vector<std::optional<Rows>> rows_;  ///< of computed values
  std::vector<int64_t> kept_;              ///< rows of each value that runs read again
  std::vector<bool> padded_;               ///< some layer pads the value
  std::vector<std::vector<RowUse>> uses_;  ///< of each node's inputs
  std::vector<ValueId> fresh_, full_;      ///< each value's new rows, and with those that were kept
  std::vector<ValueId> next_states_;
  int inputs_ = 0;  ///< of the new network, so far
  std::vector<int> states_;
  std::vector<RowMask> masks_;
  std::vector<RowClamp> clamps_;
};

}  // namespace

bool RowEdges::inside(int64_t t) const {
  return std::ranges::all_of(
             masks,
             [t](const RowMask& m) { return t * m.count + m.lead >= 0 && (t + 1) * m.count + m.lead <= m.height; }) &&
         std::ranges::all_of(clamps, [t](const RowClamp& c) {
           return t * c.count + c.lead >= 0 && t * c.count + c.lead + c.total <= c.height;
         });
}

std::optional<StreamNetwork> stream(const Graph& network, int64_t input_rows, Edges edges, std::string& refusal) {
  return Streamer(network, input_rows, edges).run(refusal);
}

}  // namespace convoy
