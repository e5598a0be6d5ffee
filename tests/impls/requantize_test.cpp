// Scaling of sums by fixed-point numbers, and of floats to bytes: bit for bit the reference's results, also where sums
// take the whole range of i32. What kernels do depends on which multipliers and shifts are constants, and how large.
#include "ops/requantize.h"

#include <gtest/gtest.h>

#include <limits>

#include "impls/elementwise/list.h"
#include "impls/harness.h"
#include "ops/cast.h"

namespace convoy {
namespace {

constexpr int32_t kLowest = std::numeric_limits<int32_t>::min(), kHighest = std::numeric_limits<int32_t>::max();
const Shape kShape = {1, 11, 5, 7};

/// Sums of all magnitudes, the extremes among them.
Tensor random_sums(uint32_t seed) {
  std::mt19937 random(seed);
  Tensor tensor(DType::i32, kShape);
  const int32_t extremes[] = {kLowest, kHighest, 0, -1, 1, kLowest + 1, 1 << 30, -(1 << 30)};
  for (int64_t i = 0; i < tensor.elems(); ++i) {
    const uint32_t bits = random();
    tensor.as<int32_t>()[i] = bits % 16 == 0 ? extremes[random() % 8] : static_cast<int32_t>(random()) >> (bits % 31);
  }
  return tensor;
}

/// One a channel, between `low` and `high`, or one for all.
Tensor numbers(bool per_channel, int32_t low, int32_t high) {
  std::mt19937 random(3);
  std::uniform_int_distribution<int32_t> values(low, high);
  Tensor tensor(DType::i32, per_channel ? Shape{kShape[1], 1, 1} : Shape{});
  for (int64_t i = 0; i < tensor.elems(); ++i) tensor.as<int32_t>()[i] = values(random);
  tensor.as<int32_t>()[0] = high;
  return tensor;
}

Requantize requantize(DType to, Rounding rounding, int64_t zero, int64_t low, int64_t high) {
  Requantize op;
  op.to = to, op.rounding = rounding, op.zero = zero, op.low = low, op.high = high;
  return op;
}

TEST(Requantize, ShiftsAndMultipliers) {
  for (Rounding rounding : {Rounding::once, Rounding::twice}) {
    for (bool per_channel : {false, true}) {
      for (auto [low, high] : {std::pair{-9, -3}, {-31, -2}, {-12, -1}, {-7, 0}, {-4, 5}, {0, 0}}) {
        for (int32_t multiplier : {0, 12345, 1 << 30, 1876543210, kHighest}) {
          check(elementwise(), [&](CaseBuilder& b) {
            const ValueId factor = b.constant(numbers(per_channel, std::min(multiplier, 1 << 30), multiplier));
            const ValueId shift = b.constant(numbers(per_channel, low, high));
            const ValueId sums = b.input(random_sums(1));
            const Requantize wide = requantize(DType::i32, rounding, 0, kLowest, kHighest);
            const ValueId scaled = b.add(wide, {sums, factor, shift});
            return b.add(requantize(DType::i8, rounding, 3, -128, 127), {scaled, factor, shift});
          });
        }
      }
    }
  }
}

/// Of few bits above zeros, which take a shorter way.
TEST(Requantize, ShiftedBytes) {
  for (int power : {1, 8, 14, 20, 22, 30}) {
    for (int32_t multiplier : {0, 54321, 1 << 30, 1876543210, kHighest}) {
      check(elementwise(), [&](CaseBuilder& b) {
        Tensor bytes(DType::u8, kShape);
        for (int64_t i = 0; i < bytes.elems(); ++i) bytes.as<uint8_t>()[i] = static_cast<uint8_t>(i * 37);
        Cast cast;
        cast.to = DType::i32;
        const ValueId wide = b.add(cast, {b.input(bytes)});
        const ValueId moved = b.add(binary(BinaryKind::sub), {wide, b.constant(Tensor::scalar<int32_t>(140))});
        const ValueId shifted =
            b.add(binary(BinaryKind::mul), {moved, b.constant(Tensor::scalar<int32_t>(1 << power))});
        return b.add(requantize(DType::i32, Rounding::twice, 0, kLowest, kHighest),
                     {shifted, b.constant(Tensor::scalar(multiplier)), b.constant(Tensor::scalar<int32_t>(-3))});
      });
    }
  }
}

TEST(Requantize, BoundsAndZeroPoints) {
  for (DType to : {DType::i8, DType::u8, DType::i16}) {
    const int64_t least = to == DType::u8 ? 0 : -128, most = to == DType::u8 ? 255 : 127;
    for (int64_t zero : {least, int64_t{0}, int64_t{7}, most}) {
      for (auto [low, high] : {std::pair{least, most}, {zero, most}, {least + 3, most - 50}, {zero, zero}}) {
        for (int32_t shift : {-1, -6, -18}) {
          check(elementwise(), [&](CaseBuilder& b) {
            return b.add(requantize(to, Rounding::twice, zero, low, high),
                         {b.input(random_sums(2)), b.constant(Tensor::scalar<int32_t>(1543210987)),
                          b.constant(Tensor::scalar(shift))});
          });
        }
      }
    }
  }
}

/// round + add + clip + cast, with and without the bounds of the type, and sums too large for conversions to integers.
TEST(QuantisedFloats, BoundsAndZeroPoints) {
  for (DType to : {DType::i8, DType::u8}) {
    const double least = to == DType::u8 ? 0 : -128;
    for (float scale : {0.3F, 1e-5F, 0.999F, 1.5F, 4e5F}) {
      for (float zero : {0.0F, 7.0F, 0.5F}) {
        for (auto [low, high] : {std::pair{least, least + 255}, {least + 9, least + 100}, {0.5, 90.0}, {-1e6, 1e6}}) {
          check(elementwise(), [&](CaseBuilder& b) {
            Cast real, narrow;
            real.to = DType::f32, narrow.to = to;
            const ValueId sums = b.add(real, {b.input(random_sums(4))});
            const ValueId scaled = b.add(binary(BinaryKind::mul), {sums, b.constant(Tensor::scalar(scale))});
            const ValueId rounded = b.add(unary(UnaryKind::round), {scaled});
            const ValueId moved = b.add(binary(BinaryKind::add), {rounded, b.constant(Tensor::scalar(zero))});
            return b.add(narrow, {b.add(unary(UnaryKind::clip, low, high), {moved})});
          });
        }
      }
    }
  }
}

/// The clamped number has a second reader, so that its last steps cannot be taken together.
TEST(QuantisedFloats, NumbersThatAreReadTwice) {
  check(elementwise(), [&](CaseBuilder& b) {
    Cast real, narrow;
    real.to = DType::f32, narrow.to = DType::u8;
    const ValueId sums = b.add(real, {b.input(random_sums(4))});
    const ValueId scaled = b.add(binary(BinaryKind::mul), {sums, b.constant(Tensor::scalar(1e-6F))});
    const ValueId rounded = b.add(unary(UnaryKind::round), {scaled});
    return b.add(narrow, {b.add(binary(BinaryKind::add), {rounded, rounded})});
  });
}

}  // namespace
}  // namespace convoy
