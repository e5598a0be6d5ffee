// KernelBuilder's f32 vectors: memory access and arithmetic.
#include <llvm/IR/Intrinsics.h>
#include <llvm/IR/IntrinsicsX86.h>

#include <numeric>

#include "codegen/llvm/bf16_memory.h"
#include "codegen/llvm/builder_impl.h"
#include "codegen/llvm/lane_access.h"
#include "support/error.h"

namespace convoy {

namespace {

llvm::Type* vector_type(KernelBuilder& b, int lanes) {
  auto& m = b.impl();
  return lanes == 1 ? m.f32() : llvm::FixedVectorType::get(m.f32(), lanes);
}

int lane_count(Val a) {
  auto* type = llvm::dyn_cast<llvm::FixedVectorType>(a.v->getType());
  return type ? static_cast<int>(type->getNumElements()) : 1;
}

/// f32 is only known to be aligned to its own size: views start anywhere.
constexpr uint64_t kElementAlign = 4;

Val unary_intrinsic(Val a, llvm::Intrinsic::ID id) {
  return {a.b->impl().ir.CreateUnaryIntrinsic(id, a.v), a.b};
}

/// The integer type as wide as `a`'s lanes.
llvm::Type* int_type(Val a) {
  auto& ir = a.b->impl().ir;
  int lanes = lane_count(a);
  return lanes == 1 ? ir.getInt32Ty() : static_cast<llvm::Type*>(llvm::FixedVectorType::get(ir.getInt32Ty(), lanes));
}

}  // namespace

Val KernelBuilder::f32(double value, int lane_count) {
  auto* type = vector_type(*this, lane_count < 0 ? lanes() : lane_count);
  return {llvm::ConstantFP::get(type, static_cast<float>(value)), this};
}

Val KernelBuilder::load(Val pointer, int64_t elem_offset, int active) {
  Val at = offset(pointer, elem_offset);
  if (at.stored == DType::bf16) return load_bf16(*this, at, active);
  return load_lanes(*this, vector_type(*this, lanes()), at, active);
}

Val KernelBuilder::load_strided(Val pointer, int64_t elem_stride, int active) {
  if (elem_stride == 1) return load(pointer, 0, active);
  if (elem_stride == 0) return load_splat(pointer);
  auto& ir = impl_->ir;
  int count = active < 0 ? lanes() : std::min(active, lanes());
  if (pointer.stored == DType::bf16) return gather_bf16(*this, pointer, elem_stride, count);
  llvm::Value* result = llvm::Constant::getNullValue(vector_type(*this, lanes()));
  for (int i = 0; i < count; ++i) result = ir.CreateInsertElement(result, load_scalar(pointer, i * elem_stride).v, i);
  return {result, this};
}

Val KernelBuilder::load_scalar(Val pointer, int64_t elem_offset) {
  Val at = offset(pointer, elem_offset);
  if (at.stored == DType::bf16) return load_one_bf16(*this, at);
  return {impl_->ir.CreateAlignedLoad(impl_->f32(), at.v, llvm::Align(kElementAlign)), this};
}

Val KernelBuilder::load_splat(Val pointer, int64_t elem_offset) {
  if (pointer.stored == DType::bf16) return splat_bf16(*this, offset(pointer, elem_offset));
  return splat(load_scalar(pointer, elem_offset));
}

Val KernelBuilder::splat(Val scalar) {
  return {impl_->ir.CreateVectorSplat(lanes(), scalar.v), this};
}

void KernelBuilder::store(Val value, Val pointer, int64_t elem_offset, int active) {
  if (pointer.stored == DType::bf16) value = rounded_to_bf16(*this, value);
  store_lanes(*this, value, offset(pointer, elem_offset), active);
}

void KernelBuilder::store_strided(Val value, Val pointer, int64_t elem_stride, int active) {
  if (elem_stride == 1) return store(value, pointer, 0, active);
  int count = active < 0 ? lanes() : std::min(active, lanes());
  if (pointer.stored == DType::bf16) return scatter_bf16(*this, value, pointer, elem_stride, count);
  for (int i = 0; i < count; ++i) store_scalar(extract(value, i), pointer, i * elem_stride);
}

void KernelBuilder::store_scalar(Val value, Val pointer, int64_t elem_offset) {
  Val at = offset(pointer, elem_offset);
  if (at.stored == DType::bf16) {
    impl_->ir.CreateAlignedStore(rounded_to_bf16(*this, value).v, at.v, llvm::Align(2));
  } else {
    impl_->ir.CreateAlignedStore(value.v, at.v, llvm::Align(kElementAlign));
  }
}

Val KernelBuilder::fma(Val a, Val b, Val c) {
  auto& ir = impl_->ir;
  if (a.v->getType()->isIntOrIntVectorTy()) return a * b + c;
  if (!isa_.fma) return {ir.CreateFAdd(ir.CreateFMul(a.v, b.v), c.v), this};
  return {ir.CreateIntrinsic(llvm::Intrinsic::fma, {a.v->getType()}, {a.v, b.v, c.v}), this};
}

Val KernelBuilder::constant_like(Val v, double value) {
  auto* type = v.v->getType();
  if (type->isFPOrFPVectorTy()) return {llvm::ConstantFP::get(type, value), this};
  return {llvm::ConstantInt::get(type, static_cast<uint64_t>(static_cast<int64_t>(value)), true), this};
}

// A compare and select is what x86 min/max instructions do; LLVM's minnum would add NaN handling. The order
// of operands makes a NaN in `a` stay a NaN.
// As x86 has them in one instruction: of numbers that are equal, and where either is NaN, the result is a.
Val KernelBuilder::fmin(Val a, Val b) {
  return select({impl_->ir.CreateFCmpOGT(a.v, b.v), this}, b, a);
}
Val KernelBuilder::fmax(Val a, Val b) {
  return select({impl_->ir.CreateFCmpOLT(a.v, b.v), this}, b, a);
}

Val KernelBuilder::neg(Val a) {
  return {impl_->ir.CreateFNeg(a.v), this};
}
Val KernelBuilder::abs(Val a) {
  return unary_intrinsic(a, llvm::Intrinsic::fabs);
}
Val KernelBuilder::sqrt(Val a) {
  return unary_intrinsic(a, llvm::Intrinsic::sqrt);
}
namespace {

/// Adding and subtracting 2^23 leaves no bits for a fraction, rounded to even. Larger numbers have none, and NaN
/// stays NaN. The sign is put back for results of zero.
Val round_by_adding(KernelBuilder& b, Val a) {
  const Val limit = b.f32(8388608.0), magnitude = b.abs(a);
  const Val rounded = (magnitude + limit) - limit;
  const Val sign = b.bit_and(b.bits_to_i32(a), b.i32(INT32_MIN));
  const Val with_sign = b.bits_to_f32(b.bit_or(b.bits_to_i32(rounded), sign));
  return b.select(b.compare("lt", magnitude, limit), with_sign, a);
}

/// `rounded` moved by one towards where floor (step -1) or ceil (step 1) lies, with the sign of `a`.
Val corrected(KernelBuilder& b, Val a, Val rounded, double step) {
  const Val wrong = b.compare(step < 0 ? "gt" : "lt", rounded, a);
  const Val moved = b.select(wrong, rounded + b.f32(step), rounded);
  const Val sign = b.bit_and(b.bits_to_i32(a), b.i32(INT32_MIN));
  return b.bits_to_f32(b.bit_or(b.bits_to_i32(moved), sign));
}

}  // namespace

Val KernelBuilder::floor(Val a) {
  if (!isa_.rounding) return corrected(*this, a, round_even(a), -1);
  return unary_intrinsic(a, llvm::Intrinsic::floor);
}
Val KernelBuilder::ceil(Val a) {
  if (!isa_.rounding) return corrected(*this, a, round_even(a), 1);
  return unary_intrinsic(a, llvm::Intrinsic::ceil);
}
Val KernelBuilder::round_even(Val a) {
  if (!isa_.rounding) return round_by_adding(*this, a);
  return unary_intrinsic(a, llvm::Intrinsic::nearbyint);
}

Val KernelBuilder::compare(const char* predicate, Val a, Val b) {
  auto& ir = impl_->ir;
  std::string_view p = predicate;
  if (p == "lt") return {ir.CreateFCmpOLT(a.v, b.v), this};
  if (p == "le") return {ir.CreateFCmpOLE(a.v, b.v), this};
  if (p == "gt") return {ir.CreateFCmpOGT(a.v, b.v), this};
  if (p == "ge") return {ir.CreateFCmpOGE(a.v, b.v), this};
  if (p == "eq") return {ir.CreateFCmpOEQ(a.v, b.v), this};
  if (p == "ne") return {ir.CreateFCmpUNE(a.v, b.v), this};
  internal_error("unknown comparison '{}'", predicate);
}

Val KernelBuilder::to_i32(Val a) {
  return {impl_->ir.CreateFPToSI(a.v, int_type(a)), this};
}
Val KernelBuilder::to_f32(Val a) {
  auto* type = vector_type(*this, lane_count(a));
  return {impl_->ir.CreateSIToFP(a.v, type), this};
}
Val KernelBuilder::bits_to_i32(Val a) {
  return {impl_->ir.CreateBitCast(a.v, int_type(a)), this};
}
Val KernelBuilder::bits_to_f32(Val a) {
  return {impl_->ir.CreateBitCast(a.v, vector_type(*this, lane_count(a))), this};
}
Val KernelBuilder::i32(int32_t value) {
  auto* type = llvm::FixedVectorType::get(impl_->ir.getInt32Ty(), lanes());
  return {llvm::ConstantInt::get(type, value, true), this};
}
Val KernelBuilder::lane_numbers() {
  std::vector<uint32_t> numbers(lanes());
  std::iota(numbers.begin(), numbers.end(), 0);
  return {llvm::ConstantDataVector::get(*impl_->context, numbers), this};
}
Val KernelBuilder::shift_left(Val a, int bits) {
  return {impl_->ir.CreateShl(a.v, bits), this};
}
Val KernelBuilder::shift_right(Val a, int bits) {
  return {impl_->ir.CreateLShr(a.v, bits), this};
}
Val KernelBuilder::halve(Val a, int times) {
  return {impl_->ir.CreateAShr(a.v, times), this};
}
Val KernelBuilder::bit_and(Val a, Val b) {
  return {impl_->ir.CreateAnd(a.v, b.v), this};
}
Val KernelBuilder::bit_or(Val a, Val b) {
  return {impl_->ir.CreateOr(a.v, b.v), this};
}

Val KernelBuilder::reduce_add(Val a) {
  // Adding in any order lets LLVM halve the vector step by step.
  auto* zero = llvm::ConstantFP::get(impl_->f32(), -0.0);
  auto* sum = impl_->ir.CreateFAddReduce(zero, a.v);
  sum->setHasAllowReassoc(true);
  return {sum, this};
}
Val KernelBuilder::reduce_max(Val a) {
  return {impl_->ir.CreateFPMaxReduce(a.v), this};
}

Val KernelBuilder::extract(Val a, int lane) {
  return {impl_->ir.CreateExtractElement(a.v, lane), this};
}

Val KernelBuilder::shuffle(Val a, Val b, const std::vector<int>& indices) {
  auto* second = b ? b.v : llvm::PoisonValue::get(a.v->getType());
  return {impl_->ir.CreateShuffleVector(a.v, second, indices), this};
}

void KernelBuilder::forget_loads() {
  impl_->ir.CreateFence(llvm::AtomicOrdering::SequentiallyConsistent, llvm::SyncScope::SingleThread);
}

void KernelBuilder::prefetch(Val pointer, int64_t elem_offset) {
  auto& ir = impl_->ir;
  auto* at = offset(pointer, elem_offset).v;
  ir.CreateIntrinsic(llvm::Intrinsic::prefetch, {at->getType()}, {at, ir.getInt32(0), ir.getInt32(2), ir.getInt32(1)});
}

std::optional<double> KernelBuilder::constant_value(Val a) {
  auto* constant = llvm::dyn_cast<llvm::Constant>(a.v);
  if (constant && constant->getType()->isVectorTy()) constant = constant->getSplatValue();
  auto* number = llvm::dyn_cast_or_null<llvm::ConstantFP>(constant);
  if (!number) return std::nullopt;
  return number->getValueAPF().convertToFloat();
}

}  // namespace convoy
