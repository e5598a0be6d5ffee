// Sums of products of quantised numbers, with zero points that are known now or when the network runs.
#include <algorithm>
#include <functional>
#include <utility>

#include "frontends/onnx/quantisation.h"
#include "frontends/onnx/spatial.h"
#include "frontends/simple_ops.h"
#include "ops/conv2d.h"
#include "support/dtypes.h"

namespace convoy::onnx_frontend {
namespace {

/// A zero point: numbers that the operator takes as attributes, or a value that is multiplied out.
struct Zero {
  std::vector<int64_t> known;
  ValueId later = kAbsent;  ///< i32, broadcasts to the sums
};

/// `id` as an i32 that broadcasts to the sums: one number, or one an index of the axis that is followed by `behind`
/// more.
ValueId as_factor(NodeImport& node, ValueId id, int behind, const std::string& suffix) {
  std::vector<int64_t> dims = node.builder().type(id).shape.dims();
  if (node.builder().type(id).shape.elems() == 1) dims.clear();
  if (!dims.empty()) dims.insert(dims.end(), behind, 1);
  const ValueId numbers = node.helper(cast_to(DType::i32), {id}, (suffix + "_i32").c_str());
  return node.helper(reshape_to(Shape(dims)), {numbers}, suffix.c_str());
}

/// `most` is how many numbers the operator's attribute takes: 1, or as many as there are.
Zero read_zero(NodeImport& node, int index, size_t most, int behind, const std::string& suffix) {
  Zero zero;
  if (node.optional_input(index) == kAbsent) return zero;
  if (node.builder().constant_of(node.input(index))) {
    zero.known = node.constant_ints(index);
    const bool equal = std::ranges::all_of(zero.known, [&](int64_t z) { return z == zero.known[0]; });
    if (equal) zero.known.resize(std::min<size_t>(zero.known.size(), 1));
    if (zero.known == std::vector<int64_t>{0}) zero.known.clear();
    if (zero.known.size() <= most) return zero;
    zero.known.clear();
  }
  zero.later = as_factor(node, node.input(index), behind, suffix);
  return zero;
}

using Product = std::function<ValueId(ValueId a, ValueId b, const ZeroPoints& zeros, const char* suffix)>;

class Sums {
 public:
  Sums(NodeImport& node, ValueId a, Zero a_zero, ValueId b, Zero b_zero, Product product)
      : node_(node),
        a_(a),
        b_(b),
        a_zero_(std::move(a_zero)),
        b_zero_(std::move(b_zero)),
        product_(std::move(product)) {}

  ValueId run() {
    const int64_t known_a = a_zero_.known.empty() ? 0 : a_zero_.known[0];
    ValueId sums = product_(a_, b_, {known_a, b_zero_.known}, "/sums");
    if (a_zero_.later != kAbsent) {
      sums = minus(sums, a_zero_.later, product_(ones(a_, "/a_ones"), b_, {0, b_zero_.known}, "/b_sums"), "/a_zero");
    }
    if (b_zero_.later != kAbsent) {
      sums = minus(sums, b_zero_.later, product_(a_, ones(b_, "/b_ones"), {known_a, {}}, "/a_sums"), "/b_zero");
    }
    return both_later() ? plus_count(sums) : sums;
  }

 private:
  bool both_later() const { return a_zero_.later != kAbsent && b_zero_.later != kAbsent; }

  ValueId ones(ValueId like, const char* suffix) {
    const TensorType type = node_.builder().type(like);
    node_.builder().charge_for_constant(type);
    Tensor tensor(type);
    visit_dtype(tensor.dtype(), [&]<class T>() { std::fill_n(tensor.as<T>(), tensor.elems(), T(1)); });
    return node_.constant(std::move(tensor), suffix);
  }

  ValueId minus(ValueId sums, ValueId zero, ValueId others, const std::string& suffix) {
    const ValueId part = node_.helper(binary(BinaryKind::mul), {others, zero}, (suffix + "_part").c_str());
    return node_.helper(binary(BinaryKind::sub), {sums, part}, (suffix + "_less").c_str());
  }

  ValueId plus_count(ValueId sums) {
    const ValueId zeros = node_.helper(binary(BinaryKind::mul), {a_zero_.later, b_zero_.later}, "/zeros");
    const ValueId count = product_(ones(a_, "/a_count"), ones(b_, "/b_count"), {}, "/count");
    const ValueId part = node_.helper(binary(BinaryKind::mul), {count, zeros}, "/zeros_part");
    return node_.helper(binary(BinaryKind::add), {sums, part}, "/sums_more");
  }

  NodeImport& node_;
  ValueId a_, b_;
  const Zero a_zero_, b_zero_;
  const Product product_;
};

Shape without_row(const Shape& shape) {
  std::vector<int64_t> dims = shape.dims();
  dims.erase(dims.begin() + 2);
  return Shape(dims);
}

void check_bytes(NodeImport& node, ValueId id, const char* what) {
  const TensorType& type = node.builder().type(id);
  if (type.dtype != DType::i8 && type.dtype != DType::u8) {
    invalid_input("{} is {}, expected i8 or u8", what, type.str());
  }
}

}  // namespace

ValueId convolution_sums(NodeImport& node, const Operand& x, int weights, int weights_zero, ValueId bias) {
  check_bytes(node, x.value, "src");
  check_bytes(node, node.input(weights), "the weights");
  Spatial spatial = read_spatial(node, weights_kernel(node, weights));
  apply_auto_pad(node, spatial);
  Conv2d conv;
  conv.window = spatial.window;
  conv.group = node.attr_int("group", 1);
  const auto product = [&](ValueId a, ValueId b, const ZeroPoints& zeros, const char* suffix) {
    Conv2d op = conv;
    op.zeros = zeros;
    // Only the first product has it: the others are what zero points add.
    return node.helper(op, {a, b, std::exchange(bias, kAbsent)}, suffix);
  };
  const auto channels = static_cast<size_t>(node.shape(weights)[0]);
  Sums sums(node, with_rows(node, 0), read_zero(node, x.zero, 1, 2, "/x_zero"), with_rows(node, weights),
            read_zero(node, weights_zero, channels, 2, "/w_zero"), product);
  const ValueId result = sums.run();
  if (spatial.axes == 2) return result;
  return node.helper(reshape_to(without_row(node.builder().type(result).shape)), {result}, "/1d");
}

ValueId product_sums(NodeImport& node, const Operand& a, const Operand& b, const MatMul& op) {
  check_bytes(node, a.value, "A");
  check_bytes(node, b.value, "B");
  const auto product = [&](ValueId lhs, ValueId rhs, const ZeroPoints& zeros, const char* suffix) {
    MatMul matmul = op;
    matmul.zeros = zeros;
    return node.helper(matmul, {lhs, rhs}, suffix);
  };
  const Shape &lhs = node.builder().type(a.value).shape, &rhs = node.builder().type(b.value).shape;
  const auto columns = static_cast<size_t>(op.geometry(lhs, rhs).n);
  // One number a row of A: a column beside the sums.
  return Sums(node, a.value, read_zero(node, a.zero, 1, 1, "/a_zero"), b.value,
              read_zero(node, b.zero, columns, 0, "/b_zero"), product)
      .run();
}

}  // namespace convoy::onnx_frontend
