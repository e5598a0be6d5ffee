// KernelBuilder's fixed-point scaling, and what narrows its results to bytes.
#include <llvm/Analysis/ValueTracking.h>
#include <llvm/IR/IntrinsicsX86.h>
#include <llvm/Support/KnownBits.h>

#include <numeric>

#include "codegen/llvm/builder_impl.h"
#include "support/dtypes.h"
#include "support/error.h"

namespace convoy {

namespace {

llvm::FixedVectorType* vector_of(llvm::Type* element, int lanes) {
  return llvm::FixedVectorType::get(element, static_cast<unsigned>(lanes));
}

/// Products of lanes of i32 as i64: there are instructions for those of lanes that lie 64 bits apart, so those with
/// even and odd numbers are two registers.
class WideLanes {
 public:
  WideLanes(llvm::IRBuilder<>& ir, int lanes)
      : ir_(ir), narrow_(vector_of(ir.getInt32Ty(), lanes)), wide_(vector_of(ir.getInt64Ty(), lanes / 2)) {}

  llvm::Value* even(llvm::Value* v) const { return ir_.CreateAShr(ir_.CreateShl(ir_.CreateBitCast(v, wide_), 32), 32); }
  llvm::Value* odd(llvm::Value* v) const { return ir_.CreateAShr(ir_.CreateBitCast(v, wide_), 32); }
  llvm::Value* number(int64_t value) const { return llvm::ConstantInt::get(wide_, static_cast<uint64_t>(value), true); }

  /// Low halves of `even` and high halves of `odd`, lane by lane.
  llvm::Value* low_and_high(llvm::Value* even, llvm::Value* odd) const {
    const auto lanes = static_cast<int>(narrow_->getNumElements());
    std::vector<int> order;
    for (int lane = 0; lane < lanes; ++lane) order.push_back(lane % 2 ? lanes + lane : lane);
    return ir_.CreateShuffleVector(ir_.CreateBitCast(even, narrow_), ir_.CreateBitCast(odd, narrow_), order);
  }

 private:
  llvm::IRBuilder<>& ir_;
  llvm::FixedVectorType *narrow_, *wide_;
};

/// (value * multiplier + half) >> (31 - shift).
llvm::Value* scaled_once(llvm::IRBuilder<>& ir, const WideLanes& wide, llvm::Value* value, llvm::Value* multiplier,
                         llvm::Value* shift) {
  auto scaled = [&](llvm::Value* product, llvm::Value* moved) {
    auto* total = ir.CreateSub(wide.number(31), moved);
    auto* half = ir.CreateShl(wide.number(1), ir.CreateSub(total, wide.number(1)));
    return ir.CreateAShr(ir.CreateAdd(product, half), total);
  };
  auto* even = scaled(ir.CreateMul(wide.even(value), wide.even(multiplier)), wide.even(shift));
  auto* odd = scaled(ir.CreateMul(wide.odd(value), wide.odd(multiplier)), wide.odd(shift));
  return wide.low_and_high(even, ir.CreateShl(odd, 32));
}

/// (value * multiplier) >> (30 - shift), for shifts of -2 and less: the result lies in the product's high half.
llvm::Value* doubled_once(llvm::IRBuilder<>& ir, const WideLanes& wide, llvm::Value* value, llvm::Value* multiplier,
                          llvm::Value* shift) {
  auto* even = ir.CreateMul(wide.even(value), wide.even(multiplier));
  auto* odd = ir.CreateMul(wide.odd(value), wide.odd(multiplier));
  auto* high = wide.low_and_high(ir.CreateLShr(even, 32), odd);
  return ir.CreateAShr(high, ir.CreateSub(llvm::ConstantInt::getSigned(shift->getType(), -2), shift));
}

/// The element of a constant of equal ones.
std::optional<int64_t> equal_elements(llvm::Value* value) {
  const auto* constant = llvm::dyn_cast<llvm::Constant>(value);
  const auto* element = constant ? llvm::dyn_cast_or_null<llvm::ConstantInt>(constant->getSplatValue()) : nullptr;
  return element ? std::optional(element->getSExtValue()) : std::nullopt;
}

/// round(value * multiplier / 2^31), halves up, of a value of few bits above zeros, as bytes are that were shifted to
/// the left: products of 32 bits will do. Null where it has more.
///
/// With value = part * 2^zeros and multiplier = high * 2^rest + low, rest = 31 - zeros, the result is
///   part * high + ((part * low + 2^(rest - 1)) >> rest)
llvm::Value* short_high_product(llvm::IRBuilder<>& ir, llvm::Value* value, int64_t multiplier) {
  const llvm::DataLayout& layout = ir.GetInsertBlock()->getModule()->getDataLayout();
  const unsigned zeros = llvm::computeKnownBits(value, layout).countMinTrailingZeros();
  if (zeros < 1 || zeros > 30) return nullptr;
  const unsigned rest = 31 - zeros, bits = 33 - zeros - llvm::ComputeNumSignBits(value, layout);
  if (bits + rest > 31) return nullptr;
  const auto number = [&](int64_t n) { return llvm::ConstantInt::getSigned(value->getType(), n); };
  auto* part = ir.CreateAShr(value, zeros);
  auto* low = ir.CreateMul(part, number(multiplier & ((int64_t{1} << rest) - 1)));
  auto* carried = ir.CreateAShr(ir.CreateAdd(low, number(int64_t{1} << (rest - 1))), rest);
  return ir.CreateAdd(ir.CreateMul(part, number(multiplier >> rest)), carried);
}

/// The same of any value. Twice the multiplier is too large for a factor of 32 bits with a sign, and LLVM would do with
/// a product of 64 bits: 2^32 less is not, and misses the value itself in the high half.
llvm::Value* constant_high_product(llvm::IRBuilder<>& ir, const WideLanes& wide, llvm::Value* value,
                                   int64_t multiplier) {
  const bool large = multiplier >= int64_t{1} << 30;
  auto* factor = wide.number(2 * multiplier - (large ? int64_t{1} << 32 : 0));
  auto* half = wide.number(int64_t{1} << 31);
  auto* even = ir.CreateAdd(ir.CreateMul(wide.even(value), factor), half);
  auto* odd = ir.CreateAdd(ir.CreateMul(wide.odd(value), factor), half);
  auto* high = wide.low_and_high(ir.CreateLShr(even, 32), odd);
  return large ? ir.CreateAdd(high, value) : high;
}

/// The same of any multiplier: what gemmlowp's doubling product with a high half comes to.
llvm::Value* high_product(llvm::IRBuilder<>& ir, const WideLanes& wide, llvm::Value* value, llvm::Value* multiplier) {
  if (const std::optional<int64_t> number = equal_elements(multiplier)) {
    auto* result = short_high_product(ir, value, *number);
    return result ? result : constant_high_product(ir, wide, value, *number);
  }
  auto* half = wide.number(int64_t{1} << 30);
  auto* even = ir.CreateAdd(ir.CreateMul(wide.even(value), wide.even(multiplier)), half);
  auto* odd = ir.CreateAdd(ir.CreateMul(wide.odd(value), wide.odd(multiplier)), half);
  return wide.low_and_high(ir.CreateLShr(even, 31), ir.CreateShl(odd, 1));
}

/// The high half of the doubled product, then the shift, rounded with halves away from zero.
llvm::Value* scaled_twice(llvm::IRBuilder<>& ir, const WideLanes& wide, llvm::Value* value, llvm::Value* multiplier,
                          llvm::Value* shift, int64_t max_shift) {
  auto* zero = llvm::Constant::getNullValue(value->getType());
  auto* one = llvm::ConstantInt::get(value->getType(), 1);
  if (max_shift > 0) value = ir.CreateShl(value, ir.CreateBinaryIntrinsic(llvm::Intrinsic::smax, shift, zero));
  auto* right = ir.CreateBinaryIntrinsic(llvm::Intrinsic::smax, ir.CreateNeg(shift), zero);
  auto* high = high_product(ir, wide, value, multiplier);
  auto* mask = ir.CreateSub(ir.CreateShl(one, right), one);
  auto* threshold = ir.CreateSub(ir.CreateLShr(mask, one), ir.CreateAShr(high, 31));
  auto* up = ir.CreateSExt(ir.CreateICmpSGT(ir.CreateAnd(high, mask), threshold), value->getType());
  return ir.CreateSub(ir.CreateAShr(high, right), up);
}

/// The same before the last bit is rounded off, for shifts of -1 and less. Halves go away from zero when one is taken
/// from negative numbers first; that cannot overflow, since the high half is at least -(2^31 - 1).
llvm::Value* doubled_twice(llvm::IRBuilder<>& ir, const WideLanes& wide, llvm::Value* value, llvm::Value* multiplier,
                           llvm::Value* shift) {
  auto* high = high_product(ir, wide, value, multiplier);
  auto* moved = ir.CreateAdd(high, ir.CreateAShr(high, 31));
  return ir.CreateAShr(moved, ir.CreateSub(llvm::ConstantInt::getSigned(shift->getType(), -1), shift));
}

}  // namespace

Val KernelBuilder::scale_fixed_point(Val value, Val multiplier, Val shift, const FixedPointScaling& how) {
  auto& ir = impl_->ir;
  if (how.has_doubled()) {
    auto* doubled = scale_fixed_point_doubled(value, multiplier, shift, how).v;
    return {ir.CreateAShr(ir.CreateAdd(doubled, llvm::ConstantInt::get(doubled->getType(), 1)), 1), this};
  }
  const WideLanes wide(ir, lanes());
  return {how.rounds_twice ? scaled_twice(ir, wide, value.v, multiplier.v, shift.v, how.max_shift)
                           : scaled_once(ir, wide, value.v, multiplier.v, shift.v),
          this};
}

Val KernelBuilder::scale_fixed_point_doubled(Val value, Val multiplier, Val shift, const FixedPointScaling& how) {
  const WideLanes wide(impl_->ir, lanes());
  return {how.rounds_twice ? doubled_twice(impl_->ir, wide, value.v, multiplier.v, shift.v)
                           : doubled_once(impl_->ir, wide, value.v, multiplier.v, shift.v),
          this};
}

namespace {

/// Instructions that narrow two registers with saturation: to i16, and these to i8 or u8.
struct Packs {
  llvm::Intrinsic::ID to_i16, to_i8, to_u8;
};

Packs packs_of(const Isa& isa) {
  using namespace llvm;
  if (isa.vector_bytes == 64) {
    return {Intrinsic::x86_avx512_packssdw_512, Intrinsic::x86_avx512_packsswb_512, Intrinsic::x86_avx512_packuswb_512};
  }
  if (isa.vector_bytes == 32) {
    return {Intrinsic::x86_avx2_packssdw, Intrinsic::x86_avx2_packsswb, Intrinsic::x86_avx2_packuswb};
  }
  return {Intrinsic::x86_sse2_packssdw_128, Intrinsic::x86_sse2_packsswb_128, Intrinsic::x86_sse2_packuswb_128};
}

/// Four vectors as bytes of one register. The instructions work on 16 bytes at a time, each of which gets four lanes of
/// each vector: the order of such fours is put right at the end.
llvm::Value* packed_bytes(KernelBuilder& b, const std::vector<llvm::Value*>& words, const Narrowing& how) {
  auto& ir = b.impl().ir;
  const Packs packs = packs_of(b.isa());
  const auto shorts = [&](llvm::Value* first, llvm::Value* second) {
    llvm::Value* both = ir.CreateIntrinsic(packs.to_i16, {}, {first, second});
    const int64_t added = how.doubled ? 2 * how.zero + 1 : how.zero;
    auto* number = llvm::ConstantInt::getSigned(both->getType(), added);
    if (added != 0) both = ir.CreateBinaryIntrinsic(llvm::Intrinsic::sadd_sat, both, number);
    return how.doubled ? ir.CreateAShr(both, 1) : both;
  };
  auto* bytes = ir.CreateIntrinsic(how.to == DType::u8 ? packs.to_u8 : packs.to_i8, {},
                                   {shorts(words[0], words[1]), shorts(words[2], words[3])});
  const int blocks = b.isa().vector_bytes / 16;
  std::vector<int> order;
  for (int vector = 0; vector < 4; ++vector) {
    for (int block = 0; block < blocks; ++block) order.push_back(4 * block + vector);
  }
  auto* fours = ir.CreateBitCast(bytes, vector_of(ir.getInt32Ty(), b.lanes()));
  return ir.CreateBitCast(ir.CreateShuffleVector(fours, order), bytes->getType());
}

/// `bytes` within the bounds that their type does not keep.
llvm::Value* bounded(llvm::IRBuilder<>& ir, llvm::Value* bytes, const Narrowing& how) {
  using namespace llvm;
  const bool is_signed = how.to == DType::i8;
  const auto number = [&](int64_t n) { return ConstantInt::getSigned(bytes->getType(), n); };
  if (how.low > (is_signed ? -128 : 0)) {
    bytes = ir.CreateBinaryIntrinsic(is_signed ? Intrinsic::smax : Intrinsic::umax, bytes, number(how.low));
  }
  if (how.high < (is_signed ? 127 : 255)) {
    bytes = ir.CreateBinaryIntrinsic(is_signed ? Intrinsic::smin : Intrinsic::umin, bytes, number(how.high));
  }
  return bytes;
}

}  // namespace

std::vector<Val> KernelBuilder::narrow(const std::vector<Val>& words, const Narrowing& how) {
  auto& ir = impl_->ir;
  std::vector<Val> results;
  for (size_t first = 0; first < words.size(); first += 4) {
    const size_t count = std::min<size_t>(4, words.size() - first);
    std::vector<llvm::Value*> group;
    for (size_t i = 0; i < 4; ++i) group.push_back(words[first + std::min(i, count - 1)].v);
    auto* bytes = bounded(ir, packed_bytes(*this, group, how), how);
    for (size_t i = 0; i < count; ++i) {
      std::vector<int> order(lanes());
      std::iota(order.begin(), order.end(), static_cast<int>(i) * lanes());
      results.push_back({ir.CreateShuffleVector(bytes, order), this});
    }
  }
  return results;
}

Val KernelBuilder::round_to_i32(Val a) {
  auto& ir = impl_->ir;
  auto* type = vector_of(ir.getInt32Ty(), lanes());
  if (isa_.vector_bytes == 64) {
    auto* all = llvm::Constant::getAllOnesValue(ir.getIntNTy(static_cast<unsigned>(lanes())));
    constexpr int kCurrentMode = 4;
    return {ir.CreateIntrinsic(llvm::Intrinsic::x86_avx512_mask_cvtps2dq_512, {},
                               {a.v, llvm::Constant::getNullValue(type), all, ir.getInt32(kCurrentMode)}),
            this};
  }
  const auto id = isa_.vector_bytes == 32 ? llvm::Intrinsic::x86_avx_cvt_ps2dq_256 : llvm::Intrinsic::x86_sse2_cvtps2dq;
  return {ir.CreateIntrinsic(id, {}, {a.v}), this};
}

}  // namespace convoy
