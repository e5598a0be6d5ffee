#include "dense/per_patch.h"

#include "ops/expand.h"
#include "ops/gather.h"
#include "ops/reshape.h"
#include "ops/slice.h"
#include "ops/transpose.h"
#include "support/error.h"

namespace convoy {
namespace {

/// Indices into the map of the elements of all patches along one axis, patch after patch.
Tensor positions(const Spacing& spacing, int64_t patches, int64_t elements) {
  std::vector<int64_t> indices;
  for (int64_t i = 0; i < patches; ++i) {
    for (int64_t y = 0; y < elements; ++y) {
      indices.push_back(i * spacing.patch_step + y * spacing.element_step + spacing.offset);
    }
  }
  return Tensor::of(indices);
}

Shape with_images(const Shape& shape, int64_t patches) {
  std::vector<int64_t> dims = shape.dims();
  dims[0] = patches;
  return Shape(dims);
}

/// The operator with `patches` images where its attributes speak of one.
OpPtr for_batch(const Node& node, int64_t patches) {
  if (auto* reshape = op_cast<Reshape>(*node.op)) {
    auto op = std::make_shared<Reshape>(*reshape);
    op->shape = with_images(op->shape, patches);
    return op;
  }
  if (auto* expand = op_cast<Expand>(*node.op)) {
    auto op = std::make_shared<Expand>(*expand);
    op->shape = with_images(op->shape, patches);
    return op;
  }
  if (auto* slice = op_cast<Slice>(*node.op)) {
    auto op = std::make_shared<Slice>(*slice);
    op->size[0] = patches, op->step[0] = 1;
    return op;
  }
  return node.op;
}

/// Whether image `k` of the result depends on image `k` of each operand alone.
bool keeps_images_apart(const Op& op, const Graph& graph, const Node& node, const TensorType& result, int64_t patches) {
  const InputTypes types = graph.input_types(node);
  for (int64_t k : {int64_t{0}, patches / 2, patches - 1}) {
    Region output = Region::whole(result.shape);
    output.begin[0] = k, output.end[0] = k + 1;
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      if (node.inputs[i] == kAbsent || graph.is_constant(node.inputs[i])) continue;
      const Region needed = op.input_region(static_cast<int>(i), output, types);
      if (needed.begin.empty() || needed.begin[0] < k || needed.end[0] > k + 1) return false;
    }
  }
  return true;
}

ValueId gathered(GraphBuilder& dense, ValueId id, int axis, ValueId indices, const std::string& name) {
  Gather op;
  op.axis = axis;
  return dense.make(op, {id, indices}, name);
}

}  // namespace

ValueId reshaped(GraphBuilder& builder, ValueId id, Shape shape, const std::string& name) {
  Reshape op;
  op.shape = std::move(shape);
  return builder.make(op, {id}, name);
}

ValueId transposed(GraphBuilder& builder, ValueId id, std::vector<int64_t> perm, const std::string& name) {
  Transpose op;
  op.perm = std::move(perm);
  return builder.make(op, {id}, name);
}

ValueId cut_patches(GraphBuilder& dense, const SharedMap& map, PatchGrid grid, const TensorType& patch_type) {
  const auto [channels, h, w] = map.patch;
  const std::string name = dense.graph().value(map.id).name + ".patches";
  const ValueId rows = dense.constant(name + ".rows", positions(map.h, grid.rows, h));
  const ValueId cols = dense.constant(name + ".cols", positions(map.w, grid.cols, w));
  ValueId id = gathered(dense, gathered(dense, map.id, 2, rows, name), 3, cols, name);
  id = reshaped(dense, id, Shape{channels, grid.rows, h, grid.cols, w}, name);
  id = transposed(dense, id, {1, 3, 0, 2, 4}, name);
  return reshaped(dense, id, with_images(patch_type.shape, grid.patches()), name);
}

std::vector<ValueId> apply_to_batch(const Graph& patch, const Node& node, GraphBuilder& dense,
                                    const std::vector<ValueId>& operands, int64_t patches) {
  return with_context(describe(node), [&] {
    for (ValueId id : node.outputs) {
      const Shape& shape = patch.type(id).shape;
      if (shape.rank() == 0 || shape[0] != 1)
        unsupported("its result has no axis of images, so that patches cannot run as a batch");
    }
    const OpPtr op = for_batch(node, patches);
    const std::vector<ValueId> results = dense.add(op, operands, node.name);
    for (size_t i = 0; i < results.size(); ++i) {
      const TensorType &found = dense.type(results[i]), &alone = patch.type(node.outputs[i]);
      if (found.shape != with_images(alone.shape, patches)) {
        unsupported("it makes {} of {} patches at once, and {} of one", found.str(), patches, alone.str());
      }
    }
    const Node& added = dense.graph().nodes.back();
    if (!keeps_images_apart(*op, dense.graph(), added, dense.type(results[0]), patches)) {
      unsupported("it mixes the images of a batch, so that patches cannot run as one");
    }
    return results;
  });
}

}  // namespace convoy
