// LOGISTIC and TANH of 16-bit numbers: TFLite interpolates one table of the sigmoid function for both.
// Source of the arithmetic: kernels/internal/reference/integer_ops/logistic.h and tanh.h.
#include <algorithm>
#include <array>
#include <cmath>

#include "frontends/tflite/quantised/affine.h"
#include "frontends/tflite/quantised/importers.h"
#include "frontends/tflite/quantised/power_of_two.h"

namespace convoy::tflite_frontend {
namespace {

/// sigmoid(i / 24) with 16 bits behind the point; TFLite's is one larger here and there.
std::array<uint32_t, 256> sigmoid_table() {
  constexpr uint8_t kOneLarger[] = {4,  8,  12, 14, 15, 16, 17, 19, 20,  21,  22,  25,  27,  28, 29,
                                    30, 31, 33, 34, 35, 37, 39, 40, 41,  43,  44,  45,  46,  49, 50,
                                    54, 62, 63, 64, 66, 82, 86, 93, 100, 103, 112, 116, 135, 255};
  std::array<uint32_t, 256> table{};
  for (int i = 0; i < 256; ++i) {
    table[i] = static_cast<uint32_t>(std::min(65535L, std::lround(65536 / (1 + std::exp(-i / 24.0)))));
  }
  for (uint8_t i : kOneLarger) ++table[i];
  return table;
}

/// The table from its beginning on, at a position with `bits` bits behind the point; saturates behind its end.
uint32_t interpolated(uint32_t position, int bits, uint32_t most) {
  static const std::array<uint32_t, 256> table = sigmoid_table();
  const uint32_t index = position >> bits, part = position & ((1u << bits) - 1);
  if (index >= 255) return most << bits;
  return (table[index] << bits) + part * (table[index + 1] - table[index]);
}

/// What takes inputs to units of 1 / (3 * 4096), in which the table has 512 or, of twice the input, 256 a step.
struct Unit {
  int32_t multiplier;
  int shift;

  int32_t of(int64_t q) const {
    const int64_t round = shift > 0 ? int64_t{1} << (shift - 1) : 0;
    return static_cast<int32_t>((q * multiplier + round) >> shift);
  }
};

/// `most_doublings` of a power of two are taken exactly.
Unit unit_of(const NodeImport& node, float scale, int most_doublings) {
  const int doublings = exponent_of(scale).value_or(-12) + 12;
  if (exponent_of(scale) && doublings >= 0 && doublings <= most_doublings) return {3 << doublings, 0};
  double multiplier = static_cast<double>(scale) * 4096 * 3;
  if (multiplier > 32767) unsupported("the scale of its input, {}, is too large for {}", scale, node.name());
  int shift = 0;
  for (; multiplier <= 32767.0 / 2 && shift <= 30; multiplier *= 2) ++shift;
  return {static_cast<int32_t>(multiplier), shift};
}

int64_t logistic(int32_t x) {
  constexpr int kBits = 9;
  const uint32_t value = interpolated(static_cast<uint32_t>(std::abs(x)), kBits, 0x7fff << 1);
  const uint32_t mirrored = x >= 0 ? value + (1 << 9) : (1u << (16 + kBits)) - value + (1 << 9) - 1;
  return mirrored >> 10;
}

/// 2 * sigmoid(2 * x) - 1.
int64_t tanh_of(int32_t x) {
  constexpr int kBits = 8, kOne = 1 << (14 + 9);
  const auto value = static_cast<int32_t>(interpolated(static_cast<uint32_t>(std::abs(x)), kBits, 0xffff));
  return (x >= 0 ? value - kOne + (1 << 7) : kOne - value + (1 << 7) - 1) >> 8;
}

}  // namespace

std::vector<ValueId> import_quantised_sigmoid16(NodeImport& node) {
  const Affine src = input_affine(node, 0), dst = output_affine(node);
  if (dst.scale != 1.0f / 32768) invalid_input("the scale of its output is {}, 16 bits give 1/32768", dst.scale);
  const bool is_tanh = node.code() == tflite::BuiltinOperator::TANH;
  const Unit unit = unit_of(node, src.scale, is_tanh ? 1 : 0);
  const auto stored = [&](int64_t q) { return is_tanh ? tanh_of(unit.of(q)) : logistic(unit.of(q)); };
  return {tabulated(node, node.input(0), src, dst, stored, "")};
}

}  // namespace convoy::tflite_frontend
