#include "dense/without_padding.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "dense/channel_constant.h"
#include "dense/patch_geometry.h"
#include "ops/avg_pool2d.h"
#include "ops/conv2d.h"
#include "ops/elementwise.h"
#include "ops/max_pool2d.h"
#include "ops/pad.h"
#include "ops/slice.h"
#include "support/error.h"

namespace convoy {
namespace {

/// The operator without padding; pools then see whole windows alone.
OpPtr unpadded(const OpPtr& op) {
  const auto with = [](auto copy) {
    std::ranges::fill(copy->window.pads, 0);
    return copy;
  };
  if (auto* conv = op_cast<Conv2d>(*op)) return with(std::make_shared<Conv2d>(*conv));
  if (auto* max = op_cast<MaxPool2d>(*op)) {
    auto pool = with(std::make_shared<MaxPool2d>(*max));
    pool->ceil_mode = false;
    return pool;
  }
  if (auto* average = op_cast<AvgPool2d>(*op)) {
    auto pool = with(std::make_shared<AvgPool2d>(*average));
    pool->ceil_mode = pool->count_include_pad = false;
    return pool;
  }
  return op;
}

class PaddingRemover {
 public:
  explicit PaddingRemover(const Graph& patch)
      : patch_(patch),
        image_(patch_image(patch)),
        builder_(patch.name, patch.folding),
        reaches_(patch.nodes.size()),
        continues_(patch.values.size()),
        margins_(patch.values.size()),
        mapped_(patch.values.size(), kAbsent) {}

  WithoutPadding run() {
    find_reaches();
    if (padded_.empty()) return {.graph = patch_};
    find_margins();
    rebuild();
    return {std::move(builder_).finish(), margins_[image_], padded_};
  }

 private:
  bool is_computed(ValueId id) const { return id != kAbsent && !patch_.is_constant(id); }
  int64_t extent(ValueId id, int axis) const { return patch_.type(id).shape[2 + axis]; }

  /// From the image on: values that continue beyond their patch, and nodes that make them.
  void find_reaches() {
    continues_[image_] = true;
    for (size_t n = 0; n < patch_.nodes.size(); ++n) {
      const Node& node = patch_.nodes[n];
      if (!reads_images(node)) continue;
      reaches_[n] = reach_of(patch_, node);
      if (!reaches_[n]) continue;
      continues_[node.outputs[0]] = true;
      with_context(describe(node), [&] {
        if (needed(node, *reaches_[n], node.inputs[0], {}) != Margins{}) padded_.push_back(describe(node));
      });
    }
  }

  /// Whether all that the node computes with, but for constants, continues beyond the patch.
  bool reads_images(const Node& node) const {
    return std::ranges::any_of(node.inputs, [&](ValueId id) { return is_computed(id); }) &&
           std::ranges::all_of(node.inputs, [&](ValueId id) { return !is_computed(id) || continues_[id]; });
  }

  /// The margin of an operand that is read for an output with the margin `output`.
  Margins needed(const Node& node, const Reaches& reaches, ValueId operand, const Margins& output) const {
    Margins margins;
    if (!is_computed(operand)) return margins;
    for (int axis : {0, 1}) {
      margins[axis] = reaches[axis].needed(output[axis], extent(node.outputs[0], axis), extent(operand, axis));
    }
    return margins;
  }

  /// From the output back: each value is as large as the one of its readers needs that needs most.
  void find_margins() {
    for (size_t n = patch_.nodes.size(); n-- > 0;) {
      if (!reaches_[n]) continue;
      const Node& node = patch_.nodes[n];
      with_context(describe(node), [&] {
        for (ValueId id : node.inputs) {
          if (!is_computed(id)) continue;
          margins_[id] = hull(margins_[id], needed(node, *reaches_[n], id, margins_[node.outputs[0]]));
        }
      });
    }
  }

  void rebuild() {
    const Shape& shape = patch_.type(image_).shape;
    mapped_[image_] =
        builder_.input(patch_.value(patch_.inputs[0]).name,
                       {DType::f32, Shape{1, shape[1], size_with_margin(image_, 0), size_with_margin(image_, 1)}});
    for (size_t n = 0; n < patch_.nodes.size(); ++n) {
      const Node& node = patch_.nodes[n];
      if (node.outputs[0] == image_) continue;  // a transposition, which the new input does without
      with_context(describe(node), [&] { reaches_[n] ? add_continued(node, *reaches_[n]) : copy(node); });
    }
    const ValueId output = patch_.outputs[0], result = operand(output);
    builder_.claim_name(result, patch_.value(output).name);
    builder_.output(result);
  }

  /// What sees its patch alone.
  void copy(const Node& node) {
    std::vector<ValueId> operands;
    std::vector<std::string> names;
    for (ValueId id : node.inputs) operands.push_back(id == kAbsent ? kAbsent : operand(id));
    for (ValueId id : node.outputs) names.push_back(patch_.value(id).name);
    const std::vector<ValueId> results = builder_.add(node.op, operands, node.name, names);
    for (size_t i = 0; i < results.size(); ++i) mapped_[node.outputs[i]] = results[i];
  }

  /// A constant, or a value without its margin.
  ValueId operand(ValueId id) {
    const Value& value = patch_.value(id);
    if (value.constant) return builder_.given_constant(value.name, *value.constant);
    if (!continues_[id]) return mapped_[id];
    const Part rows{margins_[id][0].before, extent(id, 0)}, cols{margins_[id][1].before, extent(id, 1)};
    return cut(id, rows, cols);
  }

  void add_continued(const Node& node, const Reaches& reaches) {
    const ValueId output = node.outputs[0];
    const std::string& name = patch_.value(output).name;
    std::vector<ValueId> operands;
    for (ValueId id : node.inputs) {
      if (!is_computed(id)) {
        operands.push_back(constant_operand(node, id));
      } else {
        operands.push_back(cut(id, part_read(node, reaches, id, 0), part_read(node, reaches, id, 1)));
      }
    }
    if (op_cast<Pad>(*node.op)) {
      mapped_[output] = operands[0];
    } else if (auto* slice = op_cast<Slice>(*node.op)) {
      mapped_[output] = add_slice(node, *slice, operands[0]);
    } else {
      mapped_[output] = builder_.add1(unpadded(node.op), operands, node.name, name);
    }
  }

  /// The image is larger than before, so that constants that combine with it must not have its size.
  ValueId constant_operand(const Node& node, ValueId id) {
    if (id == kAbsent) return kAbsent;
    const Value& value = patch_.value(id);
    if (!op_cast<Binary>(*node.op)) return builder_.given_constant(value.name, *value.constant);
    const Shape& shape = patch_.type(node.outputs[0]).shape;
    auto channels = channel_constant(*value.constant, shape, {shape[1], shape[2], shape[3]});
    if (!channels) internal_error("the constant '{}' differs between pixels", value.name);
    return builder_.constant(value.name, std::move(*channels));
  }

  /// The same channels and steps of what has been cut out for it already.
  ValueId add_slice(const Node& node, const Slice& op, ValueId from) {
    Slice slice = op;
    slice.begin[2] = slice.begin[3] = 0;
    for (int axis : {0, 1}) slice.size[2 + axis] = size_with_margin(node.outputs[0], axis);
    return builder_.make(slice, {from}, node.name, patch_.value(node.outputs[0]).name);
  }

  int64_t size_with_margin(ValueId id, int axis) const {
    return extent(id, axis) + margins_[id][axis].before + margins_[id][axis].after;
  }

  /// Rows or columns of a value with its margin.
  struct Part {
    int64_t begin, size;
  };

  /// What the node reads of `id`, whose margin may be larger than it needs. Rows behind the last window stay where they
  /// make no difference.
  Part part_read(const Node& node, const Reaches& reaches, ValueId id, int axis) const {
    const Reach& reach = reaches[axis];
    const int64_t count = size_with_margin(node.outputs[0], axis);
    const int64_t begin =
        margins_[id][axis].before + reach.offset - margins_[node.outputs[0]][axis].before * reach.stride;
    const int64_t rest = size_with_margin(id, axis) - begin;
    const bool as_many = (rest - reach.span) / reach.stride + 1 == count;
    return {begin, as_many ? rest : (count - 1) * reach.stride + reach.span};
  }

  ValueId cut(ValueId id, const Part& rows, const Part& cols) {
    const ValueId from = mapped_[id];
    const Shape& shape = builder_.type(from).shape;
    if (rows.size == shape[2] && cols.size == shape[3]) return from;
    Slice slice = Slice::whole(shape);
    slice.begin[2] = rows.begin, slice.begin[3] = cols.begin;
    slice.size[2] = rows.size, slice.size[3] = cols.size;
    return builder_.make(slice, {from}, patch_.value(id).name + ".crop");
  }

  const Graph& patch_;
  const ValueId image_;
  GraphBuilder builder_;
  std::vector<std::optional<Reaches>> reaches_;  ///< of nodes that make values that continue
  std::vector<bool> continues_;                  ///< of values: there are elements beyond the patch
  std::vector<Margins> margins_;                 ///< of values
  std::vector<ValueId> mapped_;                  ///< in the new graph, with margins
  std::vector<std::string> padded_;
};

}  // namespace

WithoutPadding without_padding(const Graph& patch) {
  return PaddingRemover(patch).run();
}

}  // namespace convoy
