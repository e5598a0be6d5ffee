// The table of all operators. A new one adds its header and one line.
#include <functional>
#include <map>

#include "graph/op.h"
#include "ops/arg_reduce.h"
#include "ops/avg_pool2d.h"
#include "ops/batch_norm.h"
#include "ops/cast.h"
#include "ops/channel_shuffle.h"
#include "ops/concat.h"
#include "ops/conv2d.h"
#include "ops/conv_transpose2d.h"
#include "ops/cumsum.h"
#include "ops/depth_to_space.h"
#include "ops/elementwise.h"
#include "ops/expand.h"
#include "ops/gather.h"
#include "ops/group_norm.h"
#include "ops/instance_norm.h"
#include "ops/layer_norm.h"
#include "ops/lookup.h"
#include "ops/lrn.h"
#include "ops/matmul.h"
#include "ops/max_pool2d.h"
#include "ops/pad.h"
#include "ops/quantize.h"
#include "ops/quantized_div.h"
#include "ops/quantized_l2_norm.h"
#include "ops/quantized_product.h"
#include "ops/quantized_softmax.h"
#include "ops/quantized_softmax16.h"
#include "ops/reduce.h"
#include "ops/requantize.h"
#include "ops/reshape.h"
#include "ops/resize.h"
#include "ops/slice.h"
#include "ops/softmax.h"
#include "ops/space_to_depth.h"
#include "ops/tile.h"
#include "ops/top_k.h"
#include "ops/transpose.h"
#include "ops/where.h"

namespace convoy {
namespace {

using MakeOp = std::function<std::unique_ptr<Op>()>;
using Registry = std::map<std::string, MakeOp, std::less<>>;

template <class T>
Registry::value_type entry() {
  return {T::kName, [] { return std::make_unique<T>(); }};
}

/// One entry a kind: operators whose name is the word of their `kind`.
template <class T>
void add_kinds(Registry& registry) {
  using Kind = decltype(T::kind);
  for (const char* word : EnumWords<Kind>::words) {
    registry.emplace(word, [kind = enum_value<Kind>(word)] {
      auto op = std::make_unique<T>();
      op->kind = kind;
      return op;
    });
  }
}

Registry make_registry() {
  // One operator a line.
  // clang-format off
  Registry registry = {
      entry<ArgReduce>(),
      entry<AvgPool2d>(),
      entry<BatchNorm>(),
      entry<Cast>(),
      entry<ChannelShuffle>(),
      entry<Concat>(),
      entry<Conv2d>(),
      entry<ConvTranspose2d>(),
      entry<CumSum>(),
      entry<DepthToSpace>(),
      entry<Dequantize>(),
      entry<Expand>(),
      entry<Gather>(),
      entry<GroupNorm>(),
      entry<InstanceNorm>(),
      entry<LayerNorm>(),
      entry<Lookup>(),
      entry<Lrn>(),
      entry<MatMul>(),
      entry<MaxPool2d>(),
      entry<Pad>(),
      entry<Quantize>(),
      entry<QuantizedDiv>(),
      entry<QuantizedL2Norm>(),
      entry<QuantizedProduct>(),
      entry<QuantizedSoftmax>(),
      entry<QuantizedSoftmax16>(),
      entry<Reduce>(),
      entry<Requantize>(),
      entry<Reshape>(),
      entry<Resize>(),
      entry<Slice>(),
      entry<Softmax>(),
      entry<SpaceToDepth>(),
      entry<Tile>(),
      entry<TopK>(),
      entry<Transpose>(),
      entry<Where>(),
  };
  // clang-format on
  add_kinds<Unary>(registry);
  add_kinds<Binary>(registry);
  return registry;
}

const Registry& registry() {
  static const Registry table = make_registry();
  return table;
}

}  // namespace

std::unique_ptr<Op> make_op(std::string_view name) {
  auto it = registry().find(name);
  return it == registry().end() ? nullptr : it->second();
}

std::vector<std::string> op_names() {
  std::vector<std::string> names;
  for (const auto& [name, make] : registry()) names.push_back(name);
  return names;
}

}  // namespace convoy
