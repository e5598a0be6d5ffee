// Operators about places in a tensor: picking by index, the places of the largest, counting up.
#include <cmath>

#include "frontends/onnx/importers.h"
#include "ops/gather.h"
#include "ops/top_k.h"
#include "support/arithmetic.h"
#include "support/dtypes.h"

namespace convoy::onnx_frontend {
namespace {

constexpr double kMaxRangeElems = 1 << 24;

int64_t range_elems(double start, double limit, double delta) {
  if (delta == 0) invalid_input("its step is 0");
  const double elems = std::ceil((limit - start) / delta);
  if (!(elems <= kMaxRangeElems)) unsupported("a range of {} elements is too long", elems);
  return static_cast<int64_t>(std::max(elems, 0.0));
}

}  // namespace

std::vector<ValueId> import_gather(NodeImport& node) {
  Gather op;
  op.axis = node.attr_int("axis", 0);
  return node.emit(std::move(op), {node.input(0), node.input(1)});
}

std::vector<ValueId> import_top_k(NodeImport& node) {
  TopK op;
  if (node.opset() >= 10) {
    const std::vector<int64_t> k = node.constant_ints(1);
    if (k.size() != 1) invalid_input("K is {}, expected one element", node.type(1).str());
    op.k = k[0];
  } else {
    op.k = node.attr_int("k", 0);
  }
  op.axis = node.attr_int("axis", -1);
  op.largest = node.attr_int("largest", 1) != 0;
  op.sorted = node.attr_int("sorted", 1) != 0;
  return node.emit(std::move(op), {node.input(0)});
}

std::vector<ValueId> import_range(NodeImport& node) {
  const double start = node.constant_scalar(0), delta = node.constant_scalar(2);
  const int64_t elems = range_elems(start, node.constant_scalar(1), delta);
  const TensorType type{node.type(0).dtype, Shape{elems}};
  node.builder().charge_for_constant(type);
  Tensor range(type);
  visit_dtype(range.dtype(), [&]<class T>() {
    for (int64_t i = 0; i < elems; ++i) {
      range.as<T>()[i] = convert_to<T>(start + static_cast<double>(i) * delta);
    }
  });
  return {node.builder().constant(node.output_name(0), std::move(range))};
}

}  // namespace convoy::onnx_frontend
