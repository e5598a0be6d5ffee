#include "codegen/llvm/bf16_memory.h"

#include <llvm/IR/IntrinsicsX86.h>

#include "codegen/llvm/lane_access.h"

namespace convoy {

namespace {

constexpr int kDroppedBits = 16;
const llvm::Align kAlign(2);

llvm::FixedVectorType* vector_of(llvm::Type* element, int lanes) {
  return llvm::FixedVectorType::get(element, static_cast<unsigned>(lanes));
}

/// `type` with elements of another type.
llvm::Type* with_elements(llvm::Type* type, llvm::Type* element) {
  auto* vector = llvm::dyn_cast<llvm::FixedVectorType>(type);
  return vector ? llvm::FixedVectorType::get(element, vector) : element;
}

/// f32 of the bits in a vector or a scalar of i16.
Val widened(KernelBuilder& b, llvm::Value* bits) {
  auto& ir = b.impl().ir;
  auto* wide = ir.CreateZExt(bits, with_elements(bits->getType(), ir.getInt32Ty()));
  return {ir.CreateBitCast(ir.CreateShl(wide, kDroppedBits), with_elements(bits->getType(), ir.getFloatTy())), &b};
}

llvm::Value* load_bits(KernelBuilder& b, Val pointer) {
  return b.impl().ir.CreateAlignedLoad(b.impl().ir.getInt16Ty(), pointer.v, kAlign);
}

}  // namespace

Val load_bf16(KernelBuilder& b, Val pointer, int active) {
  auto* type = vector_of(b.impl().ir.getInt16Ty(), b.lanes());
  return widened(b, load_lanes(b, type, pointer, active).v);
}

Val gather_bf16(KernelBuilder& b, Val pointer, int64_t stride, int count) {
  auto& ir = b.impl().ir;
  llvm::Value* bits = llvm::Constant::getNullValue(vector_of(ir.getInt16Ty(), b.lanes()));
  for (int i = 0; i < count; ++i) bits = ir.CreateInsertElement(bits, load_bits(b, b.offset(pointer, i * stride)), i);
  return widened(b, bits);
}

Val load_one_bf16(KernelBuilder& b, Val pointer) {
  return widened(b, load_bits(b, pointer));
}

/// Both halves of each lane get the element, and the lower one is shifted out: an instruction less than widening first.
Val splat_bf16(KernelBuilder& b, Val pointer) {
  auto& ir = b.impl().ir;
  auto* halves = ir.CreateVectorSplat(static_cast<unsigned>(2 * b.lanes()), load_bits(b, pointer));
  auto* words = ir.CreateBitCast(halves, vector_of(ir.getInt32Ty(), b.lanes()));
  return {ir.CreateBitCast(ir.CreateShl(words, kDroppedBits), vector_of(ir.getFloatTy(), b.lanes())), &b};
}

namespace {

/// Adding half of the last kept bit's worth, or a bit less where that is even, carries where it has to.
llvm::Value* rounded_by_adding(KernelBuilder& b, Val value) {
  auto& ir = b.impl().ir;
  auto* words = with_elements(value.v->getType(), ir.getInt32Ty());
  auto* bits = ir.CreateBitCast(value.v, words);
  auto number = [&](uint32_t n) { return llvm::ConstantInt::get(words, n); };
  auto* odd = ir.CreateAnd(ir.CreateLShr(bits, kDroppedBits), number(1));
  auto* rounded = ir.CreateAdd(ir.CreateAdd(bits, number(0x7fff)), odd);
  auto* quiet_nan = ir.CreateOr(bits, number(0x400000));
  auto* kept = ir.CreateSelect(ir.CreateFCmpUNO(value.v, value.v), quiet_nan, rounded);
  return ir.CreateTrunc(ir.CreateLShr(kept, kDroppedBits), with_elements(words, ir.getInt16Ty()));
}

}  // namespace

Val rounded_to_bf16(KernelBuilder& b, Val value) {
  auto& ir = b.impl().ir;
  auto* vector = llvm::dyn_cast<llvm::FixedVectorType>(value.v->getType());
  if (!b.isa().bf16_dot || !vector) return {rounded_by_adding(b, value), &b};
  auto* rounded = ir.CreateIntrinsic(llvm::Intrinsic::x86_avx512bf16_cvtneps2bf16_512, {}, {value.v});
  return {ir.CreateBitCast(rounded, llvm::FixedVectorType::get(ir.getInt16Ty(), vector)), &b};
}

void scatter_bf16(KernelBuilder& b, Val value, Val pointer, int64_t stride, int count) {
  auto& ir = b.impl().ir;
  const Val bits = rounded_to_bf16(b, value);
  for (int i = 0; i < count; ++i) {
    ir.CreateAlignedStore(ir.CreateExtractElement(bits.v, i), b.offset(pointer, i * stride).v, kAlign);
  }
}

// Pairs.

Val KernelBuilder::load_pairs(Val pointer, int64_t elem_offset, int active) {
  auto& ir = impl_->ir;
  const Val elements = load_lanes(*this, vector_of(ir.getInt16Ty(), 2 * lanes()), offset(pointer, elem_offset), active);
  return {ir.CreateBitCast(elements.v, vector_of(ir.getInt32Ty(), lanes())), this};
}

Val KernelBuilder::splat_pair(Val pointer, int64_t elem_offset, int active) {
  auto& ir = impl_->ir;
  Val at = offset(pointer, elem_offset);
  auto* pair = active == 2 ? static_cast<llvm::Value*>(ir.CreateAlignedLoad(ir.getInt32Ty(), at.v, kAlign))
                           : ir.CreateZExt(load_bits(*this, at), ir.getInt32Ty());
  return {ir.CreateVectorSplat(static_cast<unsigned>(lanes()), pair), this};
}

Val KernelBuilder::no_pairs() {
  return {llvm::Constant::getNullValue(vector_of(impl_->ir.getInt32Ty(), lanes())), this};
}

/// Interleaves within blocks of eight elements, for which there are single instructions.
KernelBuilder::Zipped KernelBuilder::zip(Val a, Val b) {
  auto& ir = impl_->ir;
  auto* elements = vector_of(ir.getInt16Ty(), 2 * lanes());
  auto half = [&](int64_t first) {
    std::vector<int> indices;
    for (int lane = 0; lane < lanes(); ++lane) {
      const auto element = static_cast<int>(zipped_element(lane) + first);
      indices.push_back(element);
      indices.push_back(2 * lanes() + element);
    }
    auto* pairs = ir.CreateShuffleVector(ir.CreateBitCast(a.v, elements), ir.CreateBitCast(b.v, elements), indices);
    return Val{ir.CreateBitCast(pairs, a.v->getType()), this};
  };
  return {half(0), half(4)};
}

std::pair<Val, Val> KernelBuilder::unzip(Val low, Val high) {
  std::vector<int> lane_of(2 * lanes());
  for (int lane = 0; lane < lanes(); ++lane) {
    lane_of[zipped_element(lane)] = lane;
    lane_of[zipped_element(lane) + 4] = lanes() + lane;
  }
  const std::vector<int> first(lane_of.begin(), lane_of.begin() + lanes());
  const std::vector<int> second(lane_of.begin() + lanes(), lane_of.end());
  return {shuffle(low, high, first), shuffle(low, high, second)};
}

Val KernelBuilder::dot_pairs(Val a, Val b, Val sum) {
  auto& ir = impl_->ir;
  auto* type = vector_of(ir.getBFloatTy(), 2 * lanes());
  return {ir.CreateIntrinsic(llvm::Intrinsic::x86_avx512bf16_dpbf16ps_512, {},
                             {sum.v, ir.CreateBitCast(a.v, type), ir.CreateBitCast(b.v, type)}),
          this};
}

}  // namespace convoy
