// EQUAL, LESS and their kin on quantised numbers: both sides in fixed-point numbers of the same unit, as TFLite's
// kernels/comparisons.cc scales them.
#include "frontends/simple_ops.h"
#include "frontends/tflite/quantised/affine.h"
#include "frontends/tflite/quantised/importers.h"

namespace convoy::tflite_frontend {
namespace {

using Code = tflite::BuiltinOperator;

BinaryKind kind_of(Code code) {
  switch (code) {
    case Code::LESS:
      return BinaryKind::less;
    case Code::LESS_EQUAL:
      return BinaryKind::less_equal;
    case Code::GREATER:
      return BinaryKind::greater;
    case Code::GREATER_EQUAL:
      return BinaryKind::greater_equal;
    default:
      return BinaryKind::equal;
  }
}

}  // namespace

std::vector<ValueId> import_quantised_comparison(NodeImport& node) {
  constexpr int kShift = 8;
  const Binary compare = binary(kind_of(node.code()));
  // TFLite compares i16 as they are stored, whatever their scales, but for equality.
  if (input_affine(node, 0).dtype == DType::i16 && compare.kind != BinaryKind::equal) {
    return {node.add(compare, {node.input(0), node.input(1)})};
  }
  const ValueId lhs = at_scale(node, 0, 1, kShift), rhs = at_scale(node, 1, 1, kShift);
  if (node.code() != Code::NOT_EQUAL) return {node.add(compare, {lhs, rhs})};
  return {node.add(unary(UnaryKind::logical_not), {node.helper(compare, {lhs, rhs}, "/equal")})};
}

}  // namespace convoy::tflite_frontend
