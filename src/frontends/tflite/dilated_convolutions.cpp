#include "frontends/tflite/dilated_convolutions.h"

#include <optional>
#include <vector>

#include "frontends/tensor_data.h"
#include "ops/attribute_checks.h"
#include "support/dtypes.h"

namespace convoy::tflite_frontend {
namespace {

using Code = tflite::BuiltinOperator;

/// Strides, dilations and the padding that a convolution itself adds.
struct Plain {
  int64_t stride[2], dilation[2];
  bool same;
};

template <class Options>
Plain plain_of(const Options& options) {
  return {{options.stride_h(), options.stride_w()},
          {options.dilation_h_factor(), options.dilation_w_factor()},
          options.padding() == tflite::Padding::SAME};
}

std::optional<Plain> convolution_of(const ModelFile& file, const tflite::Operator& op) {
  if (file.code_of(op) == Code::CONV_2D && op.builtin_options_as_Conv2DOptions()) {
    return plain_of(*op.builtin_options_as_Conv2DOptions());
  }
  if (file.code_of(op) == Code::DEPTHWISE_CONV_2D && op.builtin_options_as_DepthwiseConv2DOptions()) {
    return plain_of(*op.builtin_options_as_DepthwiseConv2DOptions());
  }
  return {};
}

int input_of(const tflite::Operator& op, unsigned index) {
  return op.inputs() && op.inputs()->size() > index ? op.inputs()->Get(index) : -1;
}
int output_of(const tflite::Operator& op) {
  return op.outputs() && op.outputs()->size() == 1 ? op.outputs()->Get(0) : -1;
}

class Finder {
 public:
  Finder(const ModelFile& file, const TensorReader& tensors) : file_(file), tensors_(tensors) {
    const auto* all = file.graph().tensors();
    readers_.resize(all ? all->size() : 0);
    for (int i = 0; i < file.operator_count(); ++i) {
      const auto* inputs = file.operator_at(i).inputs();
      for (unsigned k = 0; inputs && k < inputs->size(); ++k) {
        if (inputs->Get(k) >= 0) readers_[inputs->Get(k)].push_back(i);
      }
    }
    const auto* outputs = file.graph().outputs();
    for (unsigned k = 0; outputs && k < outputs->size(); ++k) readers_[outputs->Get(k)].push_back(-1);
  }

  /// The operator that alone reads the output of operator `index`; -1 when there is no such one.
  int only_reader(int index) const {
    const int output = output_of(file_.operator_at(index));
    return output >= 0 && readers_[output].size() == 1 ? readers_[output][0] : -1;
  }

  bool is(int index, Code code) const { return index >= 0 && file_.code_of(file_.operator_at(index)) == code; }

  std::optional<ImageBlocks> blocks(int cut, int convolution, int join) const {
    const auto plain = convolution_of(file_, file_.operator_at(convolution));
    const tflite::Operator &before = file_.operator_at(cut), &behind = file_.operator_at(join);
    const auto block = numbers(before, 1, 2), pads = numbers(before, 2, 4), crops = numbers(behind, 2, 4);
    if (!plain || !block || !pads || !crops || numbers(behind, 1, 2) != block) return {};
    if (input_of(file_.operator_at(convolution), 0) != output_of(before)) return {};
    ImageBlocks result;
    for (int axis = 0; axis < 2; ++axis) {
      if (plain->stride[axis] != 1 || plain->dilation[axis] < 1 || plain->dilation[axis] > kMaxDilation) return {};
      result.block[axis] = (*block)[axis];
      result.begin[axis] = (*pads)[2 * axis] - (*crops)[2 * axis];
      result.end[axis] = (*pads)[2 * axis + 1] - (*crops)[2 * axis + 1];
      result.padding[axis] = (*pads)[2 * axis] + (*pads)[2 * axis + 1];
      const int64_t own = plain->same ? own_padding(convolution, axis, plain->dilation[axis]) : 0;
      const int64_t begin = result.begin[axis] + result.block[axis] * (own / 2);
      const int64_t end = result.end[axis] + result.block[axis] * (own - own / 2);
      if (begin < 0 || end < 0) return {};
    }
    return result;
  }

 private:
  /// `count` constant numbers that blocks, pads or crops may be; nothing when an input is none.
  std::optional<std::vector<int64_t>> numbers(const tflite::Operator& op, unsigned input, size_t count) const {
    const int tensor = input_of(op, input);
    if (tensor < 0 || !tensors_.is_constant(tensor)) return {};
    const TensorType type = tensors_.type(tensor);
    if (type.shape.elems() != static_cast<int64_t>(count) || !is_integer(type.dtype)) return {};
    const std::vector<int64_t> values = ints_of(tensors_.read(tensor));
    for (int64_t value : values) {
      if (value < (input == 1 ? 1 : 0) || value > kMaxDilation) return {};
    }
    return values;
  }

  /// The zeros of SAME around an image at stride 1.
  int64_t own_padding(int convolution, int axis, int64_t dilation) const {
    const int weights = input_of(file_.operator_at(convolution), 1);
    if (weights < 0 || tensors_.type(weights).shape.rank() != 4) return 0;
    return (tensors_.type(weights).shape[1 + axis] - 1) * dilation;
  }

  static constexpr int64_t kMaxDilation = 1 << 14;

  const ModelFile& file_;
  const TensorReader& tensors_;
  std::vector<std::vector<int>> readers_;  ///< of each tensor: operators, and -1 for the network's output
};

}  // namespace

DilatedConvolutions::DilatedConvolutions(const ModelFile& file, const TensorReader& tensors) {
  const Finder find(file, tensors);
  for (int cut = 0; cut < file.operator_count(); ++cut) {
    if (!find.is(cut, Code::SPACE_TO_BATCH_ND)) continue;
    const int convolution = find.only_reader(cut);
    const int join = convolution < 0 ? -1 : find.only_reader(convolution);
    if (!find.is(join, Code::BATCH_TO_SPACE_ND) || parts_.contains(join)) continue;
    const auto blocks = find.blocks(cut, convolution, join);
    if (!blocks) continue;
    blocks_.emplace(convolution, *blocks);
    parts_.insert({cut, join});
  }
}

const ImageBlocks* DilatedConvolutions::around(int index) const {
  const auto found = blocks_.find(index);
  return found == blocks_.end() ? nullptr : &found->second;
}

}  // namespace convoy::tflite_frontend
