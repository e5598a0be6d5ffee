// KernelBuilder's vectors of elements other than f32: integers and booleans.
#include <cmath>

#include "codegen/llvm/builder_impl.h"
#include "codegen/llvm/lane_access.h"
#include "support/dtypes.h"
#include "support/error.h"

namespace convoy {

namespace {

/// Of an element in memory; booleans are bytes.
llvm::Type* element_type(KernelBuilder& b, DType dtype) {
  auto& m = b.impl();
  if (dtype == DType::f32) return m.f32();
  return m.ir.getIntNTy(static_cast<unsigned>(8 * size_of(dtype)));
}

llvm::Type* vector_of(KernelBuilder& b, llvm::Type* element) {
  return llvm::FixedVectorType::get(element, static_cast<unsigned>(b.lanes()));
}

/// Of a vector in a register: booleans are masks.
llvm::Type* register_type(KernelBuilder& b, DType dtype) {
  return vector_of(b, dtype == DType::boolean ? b.impl().ir.getInt1Ty() : element_type(b, dtype));
}

Val from_memory(KernelBuilder& b, DType dtype, llvm::Value* loaded) {
  return {dtype == DType::boolean ? b.impl().ir.CreateIsNotNull(loaded) : loaded, &b};
}

/// Elements one by one.
llvm::Value* gather(KernelBuilder& b, DType dtype, Val pointer, int64_t stride, int count) {
  auto& ir = b.impl().ir;
  auto* element = element_type(b, dtype);
  const llvm::Align align(static_cast<uint64_t>(size_of(dtype)));
  llvm::Value* result = llvm::Constant::getNullValue(vector_of(b, element));
  for (int i = 0; i < count; ++i) {
    auto* loaded = ir.CreateAlignedLoad(element, b.offset(dtype, pointer, i * stride).v, align);
    result = ir.CreateInsertElement(result, loaded, i);
  }
  return result;
}

}  // namespace

bool KernelBuilder::has_vectors(DType dtype) {
  return dtype == DType::f32 || !is_float(dtype);
}

Val KernelBuilder::offset(DType dtype, Val pointer, Val elems) {
  if (dtype == DType::f32) return offset(pointer, elems);
  return {impl_->ir.CreateGEP(element_type(*this, dtype), pointer.v, elems.v), this};
}

Val KernelBuilder::offset(DType dtype, Val pointer, int64_t elems) {
  if (dtype == DType::f32) return offset(pointer, elems);
  if (elems == 0) return pointer;
  return {impl_->ir.CreateConstGEP1_64(element_type(*this, dtype), pointer.v, elems), this};
}

Val KernelBuilder::load_strided(DType dtype, Val pointer, int64_t elem_stride, int active) {
  if (dtype == DType::f32) return load_strided(pointer, elem_stride, active);
  auto* element = element_type(*this, dtype);
  if (elem_stride == 1)
    return from_memory(*this, dtype, load_lanes(*this, vector_of(*this, element), pointer, active).v);
  if (elem_stride == 0) {
    auto* one = impl_->ir.CreateAlignedLoad(element, pointer.v, llvm::Align(static_cast<uint64_t>(size_of(dtype))));
    return from_memory(*this, dtype, impl_->ir.CreateVectorSplat(lanes(), one));
  }
  const int count = active < 0 ? lanes() : std::min(active, lanes());
  return from_memory(*this, dtype, gather(*this, dtype, pointer, elem_stride, count));
}

void KernelBuilder::store_strided(DType dtype, Val value, Val pointer, int64_t elem_stride, int active) {
  if (dtype == DType::f32) return store_strided(value, pointer, elem_stride, active);
  auto& ir = impl_->ir;
  if (dtype == DType::boolean) value = {ir.CreateZExt(value.v, vector_of(*this, element_type(*this, dtype))), this};
  if (elem_stride == 1) return store_lanes(*this, value, pointer, active);
  const int count = active < 0 ? lanes() : std::min(active, lanes());
  for (int i = 0; i < count; ++i) {
    ir.CreateAlignedStore(extract(value, i).v, offset(dtype, pointer, i * elem_stride).v,
                          llvm::Align(static_cast<uint64_t>(size_of(dtype))));
  }
}

Val KernelBuilder::integer(DType dtype, int64_t value) {
  return {llvm::ConstantInt::get(register_type(*this, dtype), static_cast<uint64_t>(value), true), this};
}

namespace {

/// Bits of an integer type that are not the sign.
int digits(DType dtype) {
  return static_cast<int>(8 * size_of(dtype)) - (is_unsigned(dtype) ? 0 : 1);
}

/// Truncates `a`, which lies in the range of `to`, through i32 where that holds it: for narrower types there are no
/// instructions.
Val truncate_in_range(KernelBuilder& b, Val a, DType to) {
  auto& ir = b.impl().ir;
  auto* type = register_type(b, to);
  if (digits(to) < 31) return {ir.CreateTrunc(b.to_i32(a).v, type), &b};
  return {is_unsigned(to) ? ir.CreateFPToUI(a.v, type) : ir.CreateFPToSI(a.v, type), &b};
}

/// LLVM's saturating conversions come out element by element.
Val float_to_integer(KernelBuilder& b, Val a, DType to) {
  const double limit = std::ldexp(1.0, digits(to));  // one more than the largest
  const double largest = digits(to) < 24 ? limit - 1 : std::nextafterf(static_cast<float>(limit), 0);
  Val bounded = b.fmin(b.fmax(a, b.f32(is_unsigned(to) ? 0 : -limit)), b.f32(largest));
  Val number = b.select(b.compare("eq", a, a), bounded, b.f32(0));
  Val result = truncate_in_range(b, number, to);
  if (digits(to) < 24) return result;
  Val most = {llvm::ConstantInt::get(register_type(b, to), llvm::APInt::getLowBitsSet(8 * size_of(to), digits(to))),
              &b};
  return b.select(b.compare("ge", a, b.f32(limit)), most, result);
}

/// Also from booleans, which become 0 and 1.
Val integer_to_float(KernelBuilder& b, Val a, DType from) {
  auto& ir = b.impl().ir;
  if (from == DType::boolean) return b.select(a, b.f32(1), b.f32(0));
  auto* type = register_type(b, DType::f32);
  return {is_unsigned(from) ? ir.CreateUIToFP(a.v, type) : ir.CreateSIToFP(a.v, type), &b};
}

}  // namespace

Val KernelBuilder::convert(Val a, DType from, DType to) {
  if (from == to) return a;
  if (to == DType::boolean && from == DType::f32) return compare("ne", a, f32(0));
  if (to == DType::boolean) return {impl_->ir.CreateIsNotNull(a.v), this};
  if (from == DType::f32) return float_to_integer(*this, a, to);
  if (to == DType::f32) return integer_to_float(*this, a, from);
  const bool keeps_sign = from != DType::boolean && !is_unsigned(from);
  return {impl_->ir.CreateIntCast(a.v, register_type(*this, to), keeps_sign), this};
}

Val KernelBuilder::compare(const char* predicate, Val a, Val b, DType dtype) {
  if (dtype == DType::f32) return compare(predicate, a, b);
  const bool has_sign = !is_unsigned(dtype) && dtype != DType::boolean;
  using P = llvm::CmpInst::Predicate;
  const std::string_view p = predicate;
  const P found = p == "lt"   ? (has_sign ? P::ICMP_SLT : P::ICMP_ULT)
                  : p == "le" ? (has_sign ? P::ICMP_SLE : P::ICMP_ULE)
                  : p == "gt" ? (has_sign ? P::ICMP_SGT : P::ICMP_UGT)
                  : p == "ge" ? (has_sign ? P::ICMP_SGE : P::ICMP_UGE)
                  : p == "eq" ? P::ICMP_EQ
                              : P::ICMP_NE;
  return {impl_->ir.CreateICmp(found, a.v, b.v), this};
}

Val KernelBuilder::integer_min(Val a, Val b, DType dtype) {
  const auto id = is_unsigned(dtype) ? llvm::Intrinsic::umin : llvm::Intrinsic::smin;
  return {impl_->ir.CreateBinaryIntrinsic(id, a.v, b.v), this};
}
Val KernelBuilder::integer_max(Val a, Val b, DType dtype) {
  const auto id = is_unsigned(dtype) ? llvm::Intrinsic::umax : llvm::Intrinsic::smax;
  return {impl_->ir.CreateBinaryIntrinsic(id, a.v, b.v), this};
}

Val KernelBuilder::either(Val a, Val b) {
  return {impl_->ir.CreateOr(a.v, b.v), this};
}
Val KernelBuilder::any(Val mask) {
  return {impl_->ir.CreateOrReduce(mask.v), this};
}

}  // namespace convoy
