#include "ops/concat.h"

#include "frontends/tflite/activation.h"
#include "frontends/tflite/quantised/affine.h"
#include "frontends/tflite/quantised/importers.h"

namespace convoy::tflite_frontend {
namespace {

/// Input `index` with the output's scale and zero point, in TFLite's float arithmetic.
ValueId rescaled(NodeImport& node, int index, const Affine& dst) {
  const Affine src = input_affine(node, index);
  if (src == dst) return node.input(index);
  const float inverse = 1.0f / dst.scale;
  const float scale = src.scale * inverse;
  const float bias = static_cast<float>(-src.zero) * scale;
  const auto stored = [=](int64_t q) {
    // In double the product is exact: TFLite's compilers do not fuse it with the addition, ours might.
    const auto product = static_cast<float>(static_cast<double>(q) * scale);
    return dst.zero + round_away(product + bias);
  };
  return tabulated(node, node.input(index), src, dst, stored, fmt::format("/{}", index));
}

}  // namespace

std::vector<ValueId> import_quantised_concatenation(NodeImport& node) {
  const auto& options = node.options<tflite::ConcatenationOptions>();
  Concat op;
  op.axis = ImportedNode::normalize_axis(options.axis(), node.rank(0));
  const Affine dst = output_affine(node);
  std::vector<ValueId> parts;
  for (int i = 0; i < node.input_count(); ++i) parts.push_back(rescaled(node, i, dst));
  return {activated(node, node.add(op, parts), options.fused_activation_function())};
}

}  // namespace convoy::tflite_frontend
