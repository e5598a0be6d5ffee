#include "dense/patch_geometry.h"

#include <algorithm>
#include <cmath>

#include "ops/transpose.h"
#include "support/error.h"

namespace convoy {
namespace {

/// The side of a square of so many pixels, 0 when there is none.
int64_t side_of(int64_t pixels) {
  const auto side = static_cast<int64_t>(std::llround(std::sqrt(static_cast<double>(pixels))));
  return side > 0 && side * side == pixels ? side : 0;
}

/// The block that a patch's output most likely is: what its shape says, or one channel, or as many as the patch has.
int64_t likely_block(const TensorType& output, int64_t channels) {
  const Shape& shape = output.shape;
  if (shape.rank() == 4 && shape[2] == shape[3]) return shape[2];
  if (const int64_t side = side_of(shape.elems())) return side;
  if (shape.elems() % channels == 0) return std::max<int64_t>(1, side_of(shape.elems() / channels));
  return 1;
}

void check_ports(const Graph& patch) {
  if (patch.inputs.size() != 1) unsupported("a patch network has one input; this one has {}", patch.inputs.size());
  if (patch.outputs.size() != 1) unsupported("a patch network has one output; this one has {}", patch.outputs.size());
  const Value& input = patch.value(patch.inputs[0]);
  if (input.type.dtype != DType::f32 || input.type.shape.rank() != 4) {
    unsupported("the input '{}' is {}; a patch is f32 and has four axes: images, channels, rows, columns", input.name,
                input.type.str());
  }
  const Value& output = patch.value(patch.outputs[0]);
  if (output.type.dtype != DType::f32) unsupported("the output '{}' is {}, not f32", output.name, output.type.str());
  for (const Value* port : {&input, &output}) {
    if (port->type.shape.rank() == 0 || port->type.shape[0] != 1) {
      unsupported(
          "'{}' is {}; the network must be given one patch at a time (set its shape, if the model leaves it open)",
          port->name, port->type.str());
    }
  }
}

}  // namespace

ValueId patch_image(const Graph& patch) {
  const ValueId input = patch.inputs[0];
  const auto readers = patch.consumers()[input];
  if (readers.size() != 1) return input;
  const Node& node = patch.nodes[readers[0]];
  const auto* transpose = op_cast<Transpose>(*node.op);
  const bool to_planes = transpose && transpose->perm == std::vector<int64_t>{0, 3, 1, 2};
  return to_planes ? node.outputs[0] : input;
}

PatchGeometry patch_geometry(const Graph& patch, const PatchOptions& options) {
  check_ports(patch);
  if (options.step < 0 || options.block < 0)
    usage_error("a step of {} and a block of {}: neither is negative", options.step, options.block);
  const Shape& image = patch.type(patch_image(patch)).shape;
  const TensorType& output = patch.type(patch.outputs[0]);
  PatchGeometry geometry{.channels = image[1], .height = image[2], .width = image[3]};
  geometry.block = options.block ? options.block : likely_block(output, geometry.channels);
  geometry.step = options.step ? options.step : geometry.block;
  const int64_t pixels = geometry.block * geometry.block;
  const std::string& name = patch.value(patch.outputs[0]).name;
  if (output.shape.elems() == 0 || output.shape.elems() % pixels != 0) {
    invalid_input("the output '{}' is {}, which is no block of {}x{} pixels", name, output.str(), geometry.block,
                  geometry.block);
  }
  if (output.shape.rank() == 4 && geometry.block > 1 && output.shape[3] != geometry.block) {
    invalid_input("the output '{}' is {}, which is no image of {}x{} pixels", name, output.str(), geometry.block,
                  geometry.block);
  }
  if (geometry.block > 1 && geometry.step != geometry.block) {
    invalid_input("blocks of {}x{} pixels every {} pixels {}; a step of {} joins them", geometry.block, geometry.block,
                  geometry.step, geometry.step < geometry.block ? "overlap" : "leave gaps", geometry.block);
  }
  geometry.out_channels = output.shape.elems() / pixels;
  return geometry;
}

}  // namespace convoy
