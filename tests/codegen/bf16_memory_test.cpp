// f32 values in memory as bf16, on every instruction set of this machine: what is widened, how is rounded, which lanes
// are touched, and dot products of pairs.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "codegen/llvm/jit.h"
#include "support/half.h"

namespace convoy {
namespace {

constexpr int64_t kElems = 40;

/// The machine's instruction sets, and the best as it would be without instructions for bf16.
std::vector<Isa> isas() {
  std::vector<Isa> found;
  for (const std::string& name : host_isa_names()) found.push_back(host_isa(name));
  found.push_back(found[0]);
  found.back().bf16_dot = false;
  return found;
}

/// Normal numbers of both signs, ties, numbers that round to infinity, infinities and NaN.
std::vector<float> samples() {
  const float tie = 1 + 0x1p-8f, tie_to_even = 1 + 0x1.8p-7f, largest = std::numeric_limits<float>::max();
  std::vector<float> values = {
      0,       -0.f,     1,     -1,       tie,       -tie, tie_to_even, std::nextafterf(tie, 2),
      largest, -largest, 3e38f, INFINITY, -INFINITY, NAN,  0.1f,        -0.3f,
      256.5f,  1e-30f,   65537, 1e30f};
  for (int i = 0; values.size() < kElems; ++i) values.push_back(std::ldexp(1.1f + 0.01f * i, i - 10));
  return values;
}

std::vector<uint16_t> rounded(const std::vector<float>& values) {
  std::vector<uint16_t> bits;
  for (float value : values) bits.push_back(bfloat16_bits(value));
  return bits;
}

/// Runs a kernel whose arguments are an f32 tensor and a bf16 one.
void run(const Isa& isa, std::vector<float>& wide, std::vector<uint16_t>& narrow,
         const std::function<void(KernelBuilder&)>& emit) {
  KernelSpec spec{.name = "test", .key = "", .arg_count = 2, .emit = emit, .stored = {DType::f32, DType::bf16}};
  const auto code = jit_compile({spec}, isa, {});
  void* args[] = {wide.data(), narrow.data()};
  code->functions()[0](args, 0, 1, 0, 1, nullptr);
}

bool same(uint16_t found, uint16_t expected) {
  const auto is_nan = [](uint16_t bits) { return std::isnan(bfloat16_to_float(bits)); };
  return found == expected || (is_nan(found) && is_nan(expected));
}

TEST(Bf16Memory, StoresRoundToNearestEven) {
  for (const Isa& isa : isas()) {
    std::vector<float> wide = samples();
    std::vector<uint16_t> narrow(kElems);
    run(isa, wide, narrow, [](KernelBuilder& b) {
      for (int64_t i = 0; i < kElems; i += b.lanes()) {
        const int active = static_cast<int>(std::min<int64_t>(b.lanes(), kElems - i));
        b.store(b.load(b.arg(0), i, active), b.arg(1), i, active);
      }
    });
    const std::vector<uint16_t> expected = rounded(wide);
    for (int64_t i = 0; i < kElems; ++i) EXPECT_TRUE(same(narrow[i], expected[i])) << isa.name << " " << wide[i];
  }
}

TEST(Bf16Memory, ScalarAndStridedAccess) {
  for (const Isa& isa : isas()) {
    std::vector<float> wide = samples();
    std::vector<uint16_t> narrow(3 * kElems, 0x7777);
    run(isa, wide, narrow, [](KernelBuilder& b) {
      b.store_strided(b.load(b.arg(0), 0, 3), b.arg(1), 3, 3);
      b.store_scalar(b.load_scalar(b.arg(0), 4), b.arg(1), 10);
      b.store(b.load_splat(b.arg(1), 10), b.arg(0), 20, 4);
      b.store(b.load_strided(b.arg(1), 3, 3), b.arg(0), 24);
    });
    const std::vector<uint16_t> expected = rounded(samples());
    for (int i = 0; i < 12; ++i) {
      const bool strided = i % 3 == 0 && i < 9;
      EXPECT_EQ(narrow[i], strided ? expected[i / 3] : i == 10 ? expected[4] : 0x7777) << isa.name << " " << i;
    }
    EXPECT_EQ(wide[23], bfloat16_to_float(expected[4])) << isa.name;
    EXPECT_EQ(wide[26], 1) << isa.name;
    EXPECT_EQ(wide[27], 0) << isa.name << ": no such lane";
  }
}

TEST(Bf16Memory, OffsetsAndPartsOfVectors) {
  for (const Isa& isa : isas()) {
    for (int active = 1; active <= isa.f32_lanes(); ++active) {
      std::vector<float> wide(kElems, 7);
      std::vector<uint16_t> narrow = rounded(samples()), before = narrow;
      run(isa, wide, narrow, [active](KernelBuilder& b) {
        Val values = b.load(b.offset(b.arg(1), b.i64(13), 2), -1, active);
        b.store(values, b.arg(0));
        b.store(values, b.arg(1), 1, active);
      });
      for (int i = 0; i < isa.f32_lanes(); ++i) {
        EXPECT_EQ(wide[i], i < active ? bfloat16_to_float(before[14 + i]) : 0) << isa.name << " " << active;
      }
      for (int i = 0; i < 14; ++i) {
        const bool stored = i >= 1 && i < 1 + active;
        EXPECT_TRUE(same(narrow[i], before[stored ? 13 + i : i])) << isa.name << " " << active << " " << i;
      }
    }
  }
}

TEST(Bf16Memory, DotProductsOfPairs) {
  const Isa isa = host_isa();
  if (!isa.bf16_dot) GTEST_SKIP() << "no dot products of bf16 pairs";
  std::vector<float> wide(kElems, 0.5f);
  std::vector<float> numbers;
  for (int i = 0; i < kElems; ++i) numbers.push_back(static_cast<float>(i));
  std::vector<uint16_t> narrow = rounded(numbers);
  run(isa, wide, narrow, [](KernelBuilder& b) {
    Val sum = b.dot_pairs(b.load_pairs(b.arg(1), 1, 7), b.splat_pair(b.arg(1), 3), b.load(b.arg(0)));
    b.store(b.dot_pairs(b.load_pairs(b.arg(1), 1, 7), b.splat_pair(b.arg(1), 5, 1), sum), b.arg(0));
  });
  for (int i = 0; i < isa.f32_lanes(); ++i) {
    const float first = i < 4 ? 1.f + 2 * i : 0, second = i < 3 ? 2.f + 2 * i : 0;
    EXPECT_EQ(wide[i], 0.5f + first * 3 + second * 4 + first * 5) << i;
  }
  KernelSpec spec{.name = "test", .key = "", .arg_count = 2, .stored = {DType::f32, DType::bf16}};
  spec.emit = [](KernelBuilder& b) {
    b.store(b.dot_pairs(b.load_pairs(b.arg(1)), b.splat_pair(b.arg(1), 3), b.load(b.arg(0))), b.arg(1));
  };
  const std::string text = kernel_asm(spec, isa);
  EXPECT_NE(text.find("vdpbf16ps"), std::string::npos) << text;
  EXPECT_NE(text.find("vcvtneps2bf16"), std::string::npos) << text;
}

}  // namespace
}  // namespace convoy
