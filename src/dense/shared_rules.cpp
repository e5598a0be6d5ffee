#include "dense/shared_rules.h"

#include <algorithm>
#include <numeric>

#include "dense/channel_constant.h"
#include "ops/avg_pool2d.h"
#include "ops/batch_norm.h"
#include "ops/channel_shuffle.h"
#include "ops/concat.h"
#include "ops/conv2d.h"
#include "ops/elementwise.h"
#include "ops/lrn.h"
#include "ops/matmul.h"
#include "ops/max_pool2d.h"
#include "ops/reduce.h"
#include "ops/reshape.h"
#include "ops/slice.h"
#include "ops/softmax.h"
#include "support/error.h"

namespace convoy {
namespace {

SharedResult no(std::string reason) {
  return {std::nullopt, std::move(reason)};
}
SharedResult yes(SharedMap map) {
  return {std::move(map), ""};
}

bool has_padding(const Window2d& window) {
  return std::ranges::any_of(window.pads, [](int64_t pad) { return pad != 0; });
}

constexpr const char* kPadding = "its padding begins where the patch ends, so that overlapping patches differ";
constexpr const char* kNotAnImage = "its input is no image";

}  // namespace

/// A window sliding over a map instead of over each patch.
struct SharedRules::Slid {
  Window2d window;
  Spacing h, w;
  /// Positions that the window takes for each patch.
  int64_t positions() const { return h.patch_step * w.patch_step; }
};

SharedResult SharedRules::apply(const Node& node, const std::vector<const SharedMap*>& operands) {
  const Op& op = *node.op;
  if (op_cast<Binary>(op)) return binary(node, operands);
  if (op_cast<Concat>(op)) return concat(node, operands);
  if (!operands[0]) return no("its first operand is a constant");
  if (std::ranges::count_if(operands, [](const SharedMap* map) { return map != nullptr; }) != 1) {
    return no("it reads several computed values");
  }
  const SharedMap& src = *operands[0];
  if (op_cast<Unary>(op)) return unary(node, src);
  if (op_cast<Conv2d>(op)) return conv2d(node, src);
  if (op_cast<MatMul>(op)) return matmul(node, src);
  if (auto* max = op_cast<MaxPool2d>(op)) return pool(node, *max, src);
  if (auto* average = op_cast<AvgPool2d>(op)) return pool(node, *average, src);
  if (op_cast<Reduce>(op)) return reduce(node, src);
  if (op_cast<BatchNorm>(op) || op_cast<Lrn>(op) || op_cast<ChannelShuffle>(op)) return per_channel(node, src);
  if (op_cast<Softmax>(op)) return softmax(node, src);
  if (op_cast<Reshape>(op)) return reshape(node, src);
  if (op_cast<Slice>(op)) return slice(node, src);
  return no("there is no rule that shares it between patches");
}

bool SharedRules::is_image(ValueId id, const SharedMap& map) const {
  return patch_.type(id).shape == Shape{1, map.patch.channels, map.patch.h, map.patch.w};
}

ValueId SharedRules::crop(ValueId id, int64_t top, int64_t left, int64_t rows, int64_t cols) {
  const Shape& shape = dense_.type(id).shape;
  if (top == 0 && left == 0 && rows == shape[2] && cols == shape[3]) return id;
  Slice slice = Slice::whole(shape);
  slice.begin[2] = top, slice.begin[3] = left;
  slice.size[2] = rows, slice.size[3] = cols;
  return dense_.make(slice, {id}, dense_.graph().value(id).name + ".crop");
}

SharedMap SharedRules::from_origin(const SharedMap& map) {
  const Shape& shape = dense_.type(map.id).shape;
  SharedMap moved = map;
  moved.id = crop(map.id, map.h.offset, map.w.offset, shape[2] - map.h.offset, shape[3] - map.w.offset);
  moved.h.offset = moved.w.offset = 0;
  return moved;
}

SharedMap SharedRules::cropped(const SharedMap& map) {
  SharedMap exact = map;
  exact.id = crop(map.id, map.h.offset, map.w.offset, covered(map.h, grid_.rows, map.patch.h),
                  covered(map.w, grid_.cols, map.patch.w));
  exact.h.offset = exact.w.offset = 0;
  return exact;
}

ValueId SharedRules::one_per_patch(const SharedMap& map) {
  const SharedMap exact = cropped(map);
  if (exact.h.patch_step == 1 && exact.w.patch_step == 1) return exact.id;
  Slice slice = Slice::whole(dense_.type(exact.id).shape);
  slice.size[2] = grid_.rows, slice.size[3] = grid_.cols;
  slice.step[2] = exact.h.patch_step, slice.step[3] = exact.w.patch_step;
  return dense_.make(slice, {exact.id}, dense_.graph().value(exact.id).name + ".patches");
}

SharedResult SharedRules::unary(const Node& node, const SharedMap& src) {
  SharedMap result = src;
  result.id = dense_.add1(node.op, {src.id}, node.name);
  return yes(result);
}

// Two operands.

SharedResult SharedRules::binary(const Node& node, const std::vector<const SharedMap*>& operands) {
  if (operands[0] && operands[1]) return binary_of_maps(node, *operands[0], *operands[1]);
  const int from_map = operands[0] ? 0 : 1;
  const SharedMap& src = *operands[from_map];
  const ValueId constant = node.inputs[1 - from_map], value = node.inputs[from_map];
  if (patch_.type(node.outputs[0]).shape != patch_.type(value).shape)
    return no("its constant is larger than the patch");
  auto channels = channel_constant(*patch_.value(constant).constant, patch_.type(value).shape, src.patch);
  if (!channels) return no("its constant differs between the pixels of a patch");
  const ValueId other = dense_.constant(patch_.value(constant).name, std::move(*channels));
  SharedMap result = src;
  result.id = dense_.add1(node.op, from_map == 0 ? std::vector{src.id, other} : std::vector{other, src.id}, node.name);
  return yes(result);
}

SharedResult SharedRules::binary_of_maps(const Node& node, const SharedMap& a, const SharedMap& b) {
  if (!(a.patch == b.patch)) return no("its operands have different extents");
  const SharedMap left = cropped(a), right = cropped(b);
  if (left.h != right.h || left.w != right.w) return no("the elements of its operands lie at different distances");
  SharedMap result = left;
  result.id = dense_.add1(node.op, {left.id, right.id}, node.name);
  return yes(result);
}

SharedResult SharedRules::concat(const Node& node, const std::vector<const SharedMap*>& operands) {
  if (op_cast<Concat>(*node.op)->axis != 1) return no("it joins other axes than channels");
  std::vector<ValueId> parts;
  SharedMap result;
  int64_t channels = 0;
  for (size_t i = 0; i < operands.size(); ++i) {
    if (!operands[i]) return no("it joins a constant");
    const SharedMap part = cropped(*operands[i]);
    const bool flat = part.patch.h == 1 && part.patch.w == 1;
    if (!flat && !is_image(node.inputs[i], part)) return no(kNotAnImage);
    if (i == 0) result = part;
    if (part.h != result.h || part.w != result.w) return no("the elements of its operands lie at different distances");
    channels += part.patch.channels;
    parts.push_back(part.id);
  }
  result.patch.channels = channels;
  result.id = dense_.add1(node.op, parts, node.name);
  return yes(result);
}

// Windows.

/// A patch has one element along an axis where the window covers it whole: it then steps from patch to patch.
SharedRules::Slid SharedRules::slide(const SharedMap& src, const MapShape& result, const std::vector<int64_t>& strides,
                                     const std::vector<int64_t>& dilations) const {
  Slid slid;
  const auto axis = [&](int i, const Spacing& from, int64_t elements, Spacing& to) {
    const int64_t advance = strides[i] * from.element_step;
    const int64_t stride = elements == 1 ? from.patch_step : std::gcd(from.patch_step, advance);
    slid.window.strides[i] = stride;
    slid.window.dilations[i] = dilations[i] * from.element_step;
    to = {from.patch_step / stride, elements == 1 ? 1 : advance / stride, 0};
  };
  axis(0, src.h, result.h, slid.h);
  axis(1, src.w, result.w, slid.w);
  return slid;
}

namespace {

/// Sharing pays while it computes less than patches by themselves would, from copies of their elements.
std::string cost_refusal(int64_t positions, const MapShape& result) {
  const int64_t alone = result.h * result.w;
  if (positions <= 2 * alone) return "";
  return fmt::format("its strides fit the step so badly that sharing would compute {} positions a patch instead of {}",
                     positions, alone);
}

MapShape image_shape(const TensorType& type) {
  return {type.shape[1], type.shape[2], type.shape[3]};
}

}  // namespace

SharedResult SharedRules::conv2d(const Node& node, const SharedMap& src) {
  const auto& op = *op_cast<Conv2d>(*node.op);
  if (!is_image(node.inputs[0], src)) return no(kNotAnImage);
  if (has_padding(op.window)) return no(kPadding);
  const MapShape result = image_shape(patch_.type(node.outputs[0]));
  const Slid slid = slide(src, result, op.window.strides, op.window.dilations);
  if (auto why = cost_refusal(slid.positions(), result); !why.empty()) return no(why);
  std::vector<ValueId> inputs = {from_origin(src).id};
  for (size_t i = 1; i < node.inputs.size(); ++i) {
    const ValueId id = node.inputs[i];
    inputs.push_back(id == kAbsent ? kAbsent
                                   : dense_.given_constant(patch_.value(id).name, *patch_.value(id).constant));
  }
  Conv2d dense = op;
  dense.window = slid.window;
  return yes({dense_.make(dense, inputs, node.name), result, slid.h, slid.w});
}

/// A matrix times the elements of a patch is a convolution whose window is the patch.
SharedResult SharedRules::matmul(const Node& node, const SharedMap& src) {
  const auto& op = *op_cast<MatMul>(*node.op);
  const Value& matrix = patch_.value(node.inputs[1]);
  const Shape& flat = patch_.type(node.inputs[0]).shape;
  const int64_t k = src.patch.channels * src.patch.h * src.patch.w;
  if (op.trans_a || matrix.type.shape.rank() != 2 || flat != Shape{1, k})
    return no("it is no product of a row and a matrix");
  const int64_t n = matrix.type.shape[op.trans_b ? 0 : 1];
  Tensor weights(matrix.type.dtype, Shape{n, src.patch.channels, src.patch.h, src.patch.w});
  const float* from = matrix.constant->as<float>();
  for (int64_t o = 0; o < n; ++o) {
    for (int64_t i = 0; i < k; ++i) weights.as<float>()[o * k + i] = op.trans_b ? from[o * k + i] : from[i * n + o];
  }
  const MapShape result{n, 1, 1};
  const Slid slid = slide(src, result, {1, 1}, {1, 1});
  Conv2d conv;
  conv.window = slid.window;
  const ValueId constant = dense_.given_constant(matrix.name, std::move(weights));
  return yes({dense_.make(conv, {from_origin(src).id, constant}, node.name), result, slid.h, slid.w});
}

template <class Pool>
SharedResult SharedRules::pool(const Node& node, const Pool& op, const SharedMap& src) {
  if (!is_image(node.inputs[0], src)) return no(kNotAnImage);
  if (has_padding(op.window)) return no(kPadding);
  if (node.outputs.size() != 1) return no("it tells indices within the patch");
  const MapShape result = image_shape(patch_.type(node.outputs[0]));
  Pool dense = op;
  dense.ceil_mode = false;
  for (int axis = 0; axis < 2; ++axis) {
    const int64_t whole = op.window.output_extent(axis, axis == 0 ? src.patch.h : src.patch.w, op.kernel[axis]);
    if (whole != (axis == 0 ? result.h : result.w)) return no("its last window reaches beyond the patch");
  }
  const Slid slid = slide(src, result, op.window.strides, op.window.dilations);
  if (auto why = cost_refusal(slid.positions(), result); !why.empty()) return no(why);
  dense.window = slid.window;
  return yes({dense_.make(dense, {from_origin(src).id}, node.name), result, slid.h, slid.w});
}

SharedResult SharedRules::reduce(const Node& node, const SharedMap& src) {
  const auto& op = *op_cast<Reduce>(*node.op);
  if (!is_image(node.inputs[0], src) || op.reduced_axes(4) != std::vector<int>{2, 3}) {
    return no("it does not reduce rows and columns");
  }
  const MapShape result{src.patch.channels, 1, 1};
  const Slid slid = slide(src, result, {1, 1}, {1, 1});
  const std::vector<int64_t> kernel = {src.patch.h, src.patch.w};
  const ValueId from = from_origin(src).id;
  if (op.kind == ReduceKind::max) {
    MaxPool2d pool;
    pool.kernel = kernel, pool.window = slid.window;
    return yes({dense_.make(pool, {from}, node.name), result, slid.h, slid.w});
  }
  if (op.kind != ReduceKind::mean) return no("it neither averages nor takes the largest");
  AvgPool2d pool;
  pool.kernel = kernel, pool.window = slid.window;
  return yes({dense_.make(pool, {from}, node.name), result, slid.h, slid.w});
}

// Operators that treat all pixels alike.

SharedResult SharedRules::per_channel(const Node& node, const SharedMap& src) {
  if (!is_image(node.inputs[0], src)) return no(kNotAnImage);
  std::vector<ValueId> inputs = {src.id};
  for (size_t i = 1; i < node.inputs.size(); ++i) {
    const Value& value = patch_.value(node.inputs[i]);
    inputs.push_back(dense_.given_constant(value.name, *value.constant));
  }
  SharedMap result = src;
  result.id = dense_.add1(node.op, inputs, node.name);
  return yes(result);
}

SharedResult SharedRules::softmax(const Node& node, const SharedMap& src) {
  Softmax op = *op_cast<Softmax>(*node.op);
  const int rank = patch_.type(node.inputs[0]).shape.rank();
  const bool flat = src.patch.h == 1 && src.patch.w == 1 && patch_.type(node.inputs[0]).shape[1] == src.patch.channels;
  const int64_t axis = op.axis < 0 ? op.axis + rank : op.axis;
  if (axis != 1 || !(flat || is_image(node.inputs[0], src))) return no("it is not over the channels");
  op.axis = 1;
  SharedMap result = src;
  result.id = dense_.make(op, {src.id}, node.name);
  return yes(result);
}

/// The elements stay in order, which is all that a shared map says about them.
SharedResult SharedRules::reshape(const Node& node, const SharedMap& src) {
  const Shape& shape = patch_.type(node.outputs[0]).shape;
  if (shape.rank() == 0 || shape[0] != 1) return no("it changes the axis of images");
  return yes(src);
}

SharedResult SharedRules::slice(const Node& node, const SharedMap& src) {
  const auto& op = *op_cast<Slice>(*node.op);
  if (!is_image(node.inputs[0], src)) return no(kNotAnImage);
  if (op.step[2] < 1 || op.step[3] < 1) return no("it turns the image around");
  Slice channels = Slice::whole(dense_.type(src.id).shape);
  channels.begin[1] = op.begin[1], channels.size[1] = op.size[1], channels.step[1] = op.step[1];
  SharedMap result = src;
  result.patch = {op.size[1], op.size[2], op.size[3]};
  const auto narrow = [&](int axis, Spacing& spacing) {
    spacing.offset += op.begin[axis] * spacing.element_step;
    spacing.element_step *= op.step[axis];
  };
  narrow(2, result.h);
  narrow(3, result.w);
  if (op.size[1] != src.patch.channels || op.step[1] != 1) result.id = dense_.make(channels, {src.id}, node.name);
  return yes(result);
}

}  // namespace convoy
