#include "dense/densify.h"

#include <algorithm>
#include <variant>

#include "dense/per_patch.h"
#include "dense/shared_rules.h"
#include "ops/depth_to_space.h"
#include "support/error.h"

namespace convoy {
namespace {

class Densifier {
 public:
  Densifier(const Graph& patch, const PatchGeometry& geometry, PatchGrid grid)
      : patch_(patch),
        geometry_(geometry),
        grid_(grid),
        builder_(patch.name, patch.folding),
        rules_(patch, builder_, grid),
        values_(patch.values.size()) {}

  DenseNetwork run() {
    add_input();
    for (const Node& node : patch_.nodes) {
      if (!known(node.outputs[0])) add_node(node);
    }
    builder_.output(assembled(patch_.outputs[0]));
    return {std::move(builder_).finish(), grid_, not_shared_};
  }

 private:
  /// A value of the patch network: nothing yet (or a constant), a map that patches share, or a batch of patches.
  struct Batch {
    ValueId id;
  };
  using DenseValue = std::variant<std::monostate, SharedMap, Batch>;

  bool known(ValueId id) const { return !std::holds_alternative<std::monostate>(values_[id]); }
  const SharedMap* shared(ValueId id) const { return id == kAbsent ? nullptr : std::get_if<SharedMap>(&values_[id]); }

  void add_input() {
    const int64_t step = geometry_.step;
    const Spacing spacing{.patch_step = step};
    const MapShape patch{geometry_.channels, geometry_.rows_read(), geometry_.cols_read()};
    const Shape shape{1, patch.channels, covered(spacing, grid_.rows, patch.h), covered(spacing, grid_.cols, patch.w)};
    const ValueId image = builder_.input(patch_.value(patch_.inputs[0]).name, {DType::f32, shape});
    values_[patch_image(patch_)] = SharedMap{image, patch, spacing, spacing};
  }

  void add_node(const Node& node) {
    if (std::ranges::all_of(node.inputs, [&](ValueId id) { return id == kAbsent || !known(id); })) {
      return add_batch(node);  // computed from constants alone: too large to be folded
    }
    if (std::ranges::none_of(node.inputs, [&](ValueId id) { return is_batch(id); }) && add_shared(node)) return;
    add_batch(node);
  }

  bool is_batch(ValueId id) const { return id != kAbsent && std::holds_alternative<Batch>(values_[id]); }

  bool add_shared(const Node& node) {
    std::vector<const SharedMap*> operands;
    for (ValueId id : node.inputs) operands.push_back(shared(id));
    SharedResult result = with_context(describe(node), [&] { return rules_.apply(node, operands); });
    if (result.map) {
      values_[node.outputs[0]] = *result.map;
      return true;
    }
    if (not_shared_.empty()) not_shared_ = fmt::format("{}: {}", describe(node), result.refusal);
    return false;
  }

  void add_batch(const Node& node) {
    std::vector<ValueId> operands;
    for (ValueId id : node.inputs) operands.push_back(id == kAbsent ? kAbsent : operand(id));
    const auto results = apply_to_batch(patch_, node, builder_, operands, grid_.patches());
    for (size_t i = 0; i < results.size(); ++i) values_[node.outputs[i]] = Batch{results[i]};
  }

  /// The value as a batch of patches, or as a constant.
  ValueId operand(ValueId id) {
    const Value& value = patch_.value(id);
    if (value.constant) return builder_.given_constant(value.name, *value.constant);
    if (const SharedMap* map = shared(id)) values_[id] = Batch{cut_patches(builder_, *map, grid_, value.type)};
    if (!is_batch(id)) internal_error("'{}' is used before it is computed", value.name);
    return std::get<Batch>(values_[id]).id;
  }

  /// The output of all patches as one image.
  ValueId assembled(ValueId id) {
    const std::string& name = patch_.value(id).name;
    ValueId image = kAbsent;
    if (const SharedMap* map = shared(id)) image = from_map(*map, name);
    if (image == kAbsent) {
      if (not_shared_.empty()) not_shared_ = fmt::format("output '{}': blocks of neighbouring patches overlap", name);
      image = from_batch(operand(id), name);
    }
    builder_.claim_name(image, name);
    return image;
  }

  /// From one pixel a patch that holds its block, or from blocks that lie side by side already.
  ValueId from_map(const SharedMap& map, const std::string& name) {
    const Spacing joined{.patch_step = geometry_.block, .element_step = 1, .offset = 0};
    if (map.patch.h == 1 && map.patch.w == 1) {
      const ValueId pixels = rules_.one_per_patch(map);
      if (geometry_.block == 1) return pixels;
      DepthToSpace blocks;
      blocks.block_size = geometry_.block, blocks.mode = DepthToSpaceMode::crd;
      return builder_.make(blocks, {pixels}, name);
    }
    const SharedMap exact = rules_.cropped(map);
    const bool side_by_side = map.patch == MapShape{geometry_.out_channels, geometry_.block, geometry_.block} &&
                              exact.h == joined && exact.w == joined;
    return side_by_side ? exact.id : kAbsent;
  }

  ValueId from_batch(ValueId id, const std::string& name) {
    const int64_t c = geometry_.out_channels, b = geometry_.block;
    id = reshaped(builder_, id, Shape{grid_.rows, grid_.cols, c, b, b}, name + ".blocks");
    id = transposed(builder_, id, {2, 0, 3, 1, 4}, name + ".blocks");
    return reshaped(builder_, id, Shape{1, c, grid_.rows * b, grid_.cols * b}, name);
  }

  const Graph& patch_;
  const PatchGeometry& geometry_;
  const PatchGrid grid_;
  GraphBuilder builder_;
  SharedRules rules_;
  std::vector<DenseValue> values_;
  std::string not_shared_;
};

}  // namespace

DenseNetwork densify(const Graph& patch, const PatchGeometry& geometry, PatchGrid grid) {
  return Densifier(patch, geometry, grid).run();
}

}  // namespace convoy
