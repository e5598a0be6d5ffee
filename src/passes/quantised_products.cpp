#include "passes/quantised_products.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "ops/conv2d.h"
#include "ops/conv_transpose2d.h"
#include "ops/matmul.h"
#include "ops/quantize.h"
#include "ops/reshape.h"
#include "passes/quantised_values.h"
#include "support/dtypes.h"

namespace convoy {
namespace {

enum { kSrc, kWeights, kBias };

/// What sums and biases may reach, so that together they fit 32 bits.
constexpr double kMaxSum = 1 << 30;

/// Where the output channels are.
struct Channels {
  int weights_axis;  ///< -1 where the weights have no axis for them
  int dst_axis;
  int64_t count;
};

Channels channels_of(const Op& op, const Shape& src, const Shape& weights) {
  if (op_cast<Conv2d>(op)) return {0, 1, weights[0]};
  if (const auto* conv = op_cast<ConvTranspose2d>(op)) return {1, 1, weights[1] * conv->group};
  const MatMul& matmul = *op_cast<MatMul>(op);
  const int rank = weights.rank(), axis = rank == 1 ? -1 : rank - (matmul.trans_b ? 2 : 1);
  const MatMulGeometry sizes = matmul.geometry(src, weights);
  const int dst_rank = sizes.batch.rank() + (src.rank() > 1) + (rank > 1);
  return {axis, std::max(dst_rank - 1, 0), sizes.n};
}

/// Terms of a sum, at most.
int64_t terms_of(const Op& op, const Shape& src, const Shape& weights) {
  if (const auto* matmul = op_cast<MatMul>(op)) return matmul->geometry(src, weights).k;
  const auto* transposed = op_cast<ConvTranspose2d>(op);
  const int64_t channels = transposed ? weights[0] / transposed->group : weights[1];
  return channels * weights[2] * weights[3];
}

/// One a channel, where groups of a transposed convolution share them.
template <class T>
std::vector<T> spread(const std::vector<T>& values, int64_t channels) {
  if (values.size() <= 1) return values;
  std::vector<T> result(channels);
  for (int64_t c = 0; c < channels; ++c) result[c] = values[c % values.size()];
  return result;
}

/// The largest |value - zero| that the numbers of a type reach.
double reach(DType dtype, int64_t zero) {
  const int64_t low = dtype == DType::i8 ? -128 : 0, high = low + 255;
  return static_cast<double>(std::max(zero - low, high - zero));
}

double reach(DType dtype, const std::vector<int64_t>& zeros) {
  double largest = zeros.empty() ? reach(dtype, 0) : 0;
  for (int64_t zero : zeros) largest = std::max(largest, reach(dtype, zero));
  return largest;
}

double largest_magnitude(const Tensor& bias) {
  const auto *begin = bias.as<int32_t>(), *end = begin + bias.elems();
  return std::accumulate(begin, end, 0.0, [](double most, int32_t b) { return std::max(most, std::abs(double(b))); });
}

/// True when the scales of a bias are those of the sums, as far as computing them in f32 lets them.
bool same_scale(const std::vector<float>& a, const std::vector<float>& b) {
  const size_t count = std::max(a.size(), b.size());
  const auto at = [](const std::vector<float>& values, size_t c) { return values[values.size() == 1 ? 0 : c]; };
  for (size_t c = 0; c < count; ++c) {
    if (!nearly_equal(at(a, c), at(b, c))) return false;
  }
  return true;
}

/// The i32 numbers of a bias whose elements go along one axis: constant, small enough, and of the scale of the sums.
/// kAbsent for any other bias.
ValueId integer_bias(const Graph& graph, ValueId bias, const std::vector<float>& scale) {
  const auto numbers = dequantised(graph, bias);
  if (!numbers || !graph.is_constant(numbers->src) || graph.type(numbers->src).dtype != DType::i32) return kAbsent;
  const auto parameters = known_parameters(graph, numbers->scale, numbers->zero);
  if (!parameters || !parameters->zero.empty() || !same_scale(parameters->scale, scale)) return kAbsent;
  return largest_magnitude(*graph.value(numbers->src).constant) < kMaxSum ? numbers->src : kAbsent;
}

/// Builds an IntegerProduct step by step; each says whether it can be one.
class Matcher {
 public:
  Matcher(const Graph& graph, const Op& op, const std::vector<ValueId>& inputs, std::string& why)
      : graph_(graph), op_(op), inputs_(inputs), why_(why) {}

  std::optional<IntegerProduct> run() {
    if (!match_src() || !match_weights() || !match_scale() || !check_range()) return std::nullopt;
    match_bias();
    return product_;
  }

 private:
  bool no(std::string why) {
    why_ = std::move(why);
    return false;
  }

  /// An operand as numbers with known parameters.
  bool match_operand(int index, const char* what, ValueId& numbers, Parameters& parameters) {
    const auto found = dequantised(graph_, inputs_[index]);
    if (!found) return no(fmt::format("{} not quantised", what));
    numbers = found->src;
    axis_ = found->axis;
    const DType dtype = type(numbers).dtype;
    if (!is_byte(dtype)) return no(fmt::format("{} {}, only i8 and u8 are multiplied", what, to_string(dtype)));
    const auto known = known_parameters(graph_, found->scale, found->zero);
    if (!known) return no(fmt::format("{} quantised by parameters that are computed when the network runs", what));
    parameters = *known;
    return true;
  }

  bool match_src() {
    Parameters parameters;
    if (!match_operand(kSrc, "src is", product_.src, parameters)) return false;
    if (parameters.scale.size() != 1 || parameters.zero.size() > 1) return no("src is not quantised as a whole");
    src_scale_ = parameters.scale[0];
    product_.zeros.src = parameters.zero.empty() ? 0 : parameters.zero[0];
    return true;
  }

  bool match_weights() {
    Parameters parameters;
    if (!match_operand(kWeights, "the weights are", product_.weights, parameters)) return false;
    channels_ = channels_of(op_, type(product_.src).shape, type(product_.weights).shape);
    const bool single = parameters.scale.size() == 1 && parameters.zero.size() <= 1;
    if (!single && axis_ != channels_.weights_axis) {
      return no(
          fmt::format("the weights are quantised along axis {}, which is not that of the output channels", axis_));
    }
    product_.axis = channels_.dst_axis;
    product_.scale = spread(parameters.scale, channels_.count);
    product_.zeros.weights = spread(parameters.zero, channels_.count);
    return true;
  }

  bool match_scale() {
    for (float& scale : product_.scale) {
      scale *= src_scale_;
      if (!std::isnormal(scale)) return no("the product of the scales is out of the range of f32");
    }
    return true;
  }

  bool check_range() {
    const auto terms = static_cast<double>(terms_of(op_, type(product_.src).shape, type(product_.weights).shape));
    const double largest = terms * reach(type(product_.src).dtype, product_.zeros.src) *
                           reach(type(product_.weights).dtype, product_.zeros.weights);
    return largest < kMaxSum || no(fmt::format("sums of {} products may not fit 32 bits", terms));
  }

  void match_bias() {
    const ValueId bias = inputs_.size() > kBias ? inputs_[kBias] : kAbsent;
    if (bias == kAbsent) return;
    product_.bias = integer_bias(graph_, bias, product_.scale);
    if (product_.bias == kAbsent) product_.float_bias = bias;
  }

  const TensorType& type(ValueId id) const { return graph_.type(id); }

  const Graph& graph_;
  const Op& op_;
  const std::vector<ValueId>& inputs_;
  std::string& why_;
  IntegerProduct product_;
  int64_t axis_ = 0;  ///< of the operand looked at last
  float src_scale_ = 1;
  Channels channels_{};
};

template <class T>
OpPtr with_zeros_as(const T& op, const ZeroPoints& zeros) {
  auto copy = std::make_shared<T>(op);
  copy->zeros = zeros;
  return copy;
}

OpPtr with_zeros(const Op& op, const ZeroPoints& zeros) {
  if (const auto* conv = op_cast<Conv2d>(op)) return with_zeros_as(*conv, zeros);
  if (const auto* conv = op_cast<ConvTranspose2d>(op)) return with_zeros_as(*conv, zeros);
  return with_zeros_as(*op_cast<MatMul>(op), zeros);
}

ValueId scale_constant(RewriteContext& context, const std::vector<float>& scale) {
  const Tensor tensor = scale.size() == 1 ? Tensor::scalar(scale[0]) : Tensor::of(scale);
  return context.builder.constant(context.node.name + "_scale", tensor);
}

/// C, 1, 1: of a bias that follows a convolution.
ValueId beside_channels(RewriteContext& context, ValueId bias) {
  Reshape reshape;
  reshape.shape = {context.builder.type(bias).shape[0], 1, 1};
  return context.builder.make(reshape, {bias}, context.node.name + "_bias");
}

/// The sums of a product that a value dequantises.
std::optional<Dequantised> product_sums(const Graph& graph, ValueId id) {
  const auto sums = dequantised(graph, id);
  const Node* node = sums && sums->zero == kAbsent ? producer(graph, sums->src) : nullptr;
  return node && is_product(*node->op) ? sums : std::nullopt;
}

}  // namespace

bool is_product(const Op& op) {
  return op_cast<Conv2d>(op) || op_cast<ConvTranspose2d>(op) || op_cast<MatMul>(op);
}

std::optional<IntegerProduct> integer_product(const Graph& graph, const Op& op, const std::vector<ValueId>& inputs,
                                              std::string& why) {
  return Matcher(graph, op, inputs, why).run();
}

Replacement fold_product(RewriteContext& context) {
  const Op& op = *context.node.op;
  if (!is_product(op) || output_type(context).dtype != DType::f32) return std::nullopt;
  std::string why;
  const auto product = integer_product(context.builder.graph(), op, context.inputs, why);
  if (!product) return std::nullopt;
  GraphBuilder& builder = context.builder;
  std::vector<ValueId> inputs = {product->src, product->weights};
  if (!op_cast<MatMul>(op)) inputs.push_back(product->bias);
  const std::string& name = context.node.name;
  const ValueId sums = builder.add1(with_zeros(op, product->zeros), inputs, name, name + "/sums");
  const bool biased = product->float_bias != kAbsent;
  const ValueId scaled = builder.make(dequantize(product->axis), {sums, scale_constant(context, product->scale)},
                                      name + "/dequantize", biased ? "" : output_name(context));
  if (!biased) return std::vector<ValueId>{scaled};
  const ValueId bias = beside_channels(context, product->float_bias);
  return std::vector<ValueId>{
      builder.make(binary(BinaryKind::add), {scaled, bias}, name + "/bias", output_name(context))};
}

Replacement fold_bias_into_sums(RewriteContext& context) {
  const auto* op = op_cast<Binary>(*context.node.op);
  if (!op || op->kind != BinaryKind::add) return std::nullopt;
  GraphBuilder& builder = context.builder;
  const Graph& graph = builder.graph();
  for (int side : {0, 1}) {
    const auto sums = product_sums(graph, context.inputs[side]);
    if (!sums || graph.type(sums->src).shape != output_type(context).shape) continue;
    const auto parameters = known_parameters(graph, sums->scale, kAbsent);
    const ValueId bias = parameters ? integer_bias(graph, context.inputs[1 - side], parameters->scale) : kAbsent;
    // Along the channels, which are the last axis then.
    const bool aligned =
        bias != kAbsent && graph.type(bias).shape.rank() <= 1 && sums->axis == output_type(context).shape.rank() - 1;
    if (!aligned) continue;
    const ValueId biased = builder.make(*op, {sums->src, bias}, context.node.name, context.node.name + "/sums");
    return std::vector<ValueId>{builder.make(dequantize(sums->axis), {biased, sums->scale},
                                             context.node.name + "/dequantize", output_name(context))};
  }
  return std::nullopt;
}

}  // namespace convoy
