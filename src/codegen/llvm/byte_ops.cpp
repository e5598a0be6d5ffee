// KernelBuilder's registers of bytes and shorts, and fixed-point scaling.
#include <llvm/IR/IntrinsicsX86.h>

#include <numeric>

#include "codegen/llvm/builder_impl.h"
#include "support/dtypes.h"
#include "support/error.h"

namespace convoy {

namespace {

const llvm::Align kUnaligned(1);

llvm::FixedVectorType* vector_of(llvm::Type* element, int lanes) {
  return llvm::FixedVectorType::get(element, static_cast<unsigned>(lanes));
}

llvm::FixedVectorType* words(KernelBuilder& b) {
  return vector_of(b.impl().ir.getInt32Ty(), b.lanes());
}

llvm::FixedVectorType* shorts(KernelBuilder& b) {
  return vector_of(b.impl().ir.getInt16Ty(), 2 * b.lanes());
}

llvm::Intrinsic::ID byte_dot_of(const Isa& isa) {
  if (isa.vector_bytes == 64) return llvm::Intrinsic::x86_avx512_vpdpbusd_512;
  return isa.vector_bytes == 32 ? llvm::Intrinsic::x86_avx512_vpdpbusd_256 : llvm::Intrinsic::x86_avx512_vpdpbusd_128;
}

llvm::Intrinsic::ID short_dot_of(const Isa& isa) {
  if (isa.vector_bytes == 64) return llvm::Intrinsic::x86_avx512_pmaddw_d_512;
  return isa.vector_bytes == 32 ? llvm::Intrinsic::x86_avx2_pmadd_wd : llvm::Intrinsic::x86_sse2_pmadd_wd;
}

}  // namespace

Val KernelBuilder::load_words(Val pointer, int64_t bytes) {
  return {impl_->ir.CreateAlignedLoad(words(*this), offset(pointer, bytes).v, kUnaligned), this};
}

Val KernelBuilder::splat_word(Val pointer, int64_t bytes) {
  auto& ir = impl_->ir;
  auto* word = ir.CreateAlignedLoad(ir.getInt32Ty(), offset(pointer, bytes).v, kUnaligned);
  return {ir.CreateVectorSplat(static_cast<unsigned>(lanes()), word), this};
}

Val KernelBuilder::load_shorts(Val pointer, int64_t bytes) {
  return {impl_->ir.CreateAlignedLoad(shorts(*this), offset(pointer, bytes).v, kUnaligned), this};
}

void KernelBuilder::store_register(Val value, Val pointer, int64_t bytes) {
  impl_->ir.CreateAlignedStore(value.v, offset(pointer, bytes).v, kUnaligned);
}

namespace {

/// lanes() bytes of each row side by side: byte i of row r is byte i * count + r.
llvm::Value* interleaved(KernelBuilder& b, const std::vector<Val>& rows, int count) {
  auto& ir = b.impl().ir;
  auto* type = vector_of(ir.getInt8Ty(), b.lanes());
  std::vector<llvm::Value*> loaded;
  for (int r = 0; r < count; ++r) {
    const bool given = r < static_cast<int>(rows.size());
    loaded.push_back(given ? static_cast<llvm::Value*>(ir.CreateAlignedLoad(type, rows[r].v, kUnaligned))
                           : llvm::Constant::getNullValue(type));
  }
  // Rows one behind the other, then byte by byte.
  while (loaded.size() > 1) {
    std::vector<llvm::Value*> longer;
    for (size_t i = 0; i < loaded.size(); i += 2) {
      const auto length = static_cast<int>(llvm::cast<llvm::FixedVectorType>(loaded[i]->getType())->getNumElements());
      std::vector<int> both(2 * length);
      std::iota(both.begin(), both.end(), 0);
      longer.push_back(ir.CreateShuffleVector(loaded[i], loaded[i + 1], both));
    }
    loaded = std::move(longer);
  }
  std::vector<int> order;
  for (int lane = 0; lane < b.lanes(); ++lane) {
    for (int r = 0; r < count; ++r) order.push_back(r * b.lanes() + lane);
  }
  return ir.CreateShuffleVector(loaded[0], order);
}

}  // namespace

Val KernelBuilder::interleave_rows(const std::vector<Val>& rows) {
  return {impl_->ir.CreateBitCast(interleaved(*this, rows, 4), words(*this)), this};
}

Val KernelBuilder::interleave_two_rows(const std::vector<Val>& rows) {
  auto& ir = impl_->ir;
  return {ir.CreateBitCast(ir.CreateZExt(interleaved(*this, rows, 2), shorts(*this)), words(*this)), this};
}

Val KernelBuilder::turn_signs(Val value) {
  return {impl_->ir.CreateXor(value.v, llvm::ConstantInt::get(value.v->getType(), 0x80808080u)), this};
}

Val KernelBuilder::dot_bytes(Val a, Val b, Val sum) {
  return {impl_->ir.CreateIntrinsic(byte_dot_of(isa_), {}, {sum.v, a.v, b.v}), this};
}

Val KernelBuilder::dot_shorts(Val a, Val b, Val sum) {
  auto& ir = impl_->ir;
  auto* products = ir.CreateIntrinsic(short_dot_of(isa_), {},
                                      {ir.CreateBitCast(a.v, shorts(*this)), ir.CreateBitCast(b.v, shorts(*this))});
  return {ir.CreateAdd(sum.v, products), this};
}

namespace {

/// Calls move(offset, bytes) for pieces of whole registers, then of halves, quarters, ... down to a byte.
void in_pieces(KernelBuilder& b, int64_t count, const std::function<void(Val at, int64_t bytes)>& move) {
  const int64_t whole = count / b.isa().vector_bytes * b.isa().vector_bytes;
  b.loop(0, whole, b.isa().vector_bytes, [&](Val i) { move(i, b.isa().vector_bytes); });
  int64_t done = whole;
  for (int64_t bytes = b.isa().vector_bytes / 2; bytes > 0; bytes /= 2) {
    if (count - done < bytes) continue;
    move(b.i64(done), bytes);
    done += bytes;
  }
}

}  // namespace

void KernelBuilder::copy_bytes(Val from, Val to, int64_t count, bool turn) {
  auto& ir = impl_->ir;
  in_pieces(*this, count, [&](Val at, int64_t bytes) {
    auto* type = vector_of(ir.getInt8Ty(), static_cast<int>(bytes));
    llvm::Value* piece = ir.CreateAlignedLoad(type, offset(from, at).v, kUnaligned);
    if (turn) piece = ir.CreateXor(piece, llvm::ConstantInt::get(type, 0x80));
    ir.CreateAlignedStore(piece, offset(to, at).v, kUnaligned);
  });
}

void KernelBuilder::widen_bytes(Val from, Val to, int64_t count, bool is_signed, int64_t zero) {
  auto& ir = impl_->ir;
  in_pieces(*this, count, [&](Val at, int64_t bytes) {
    const auto elements = static_cast<int>(bytes);
    llvm::Value* piece = ir.CreateAlignedLoad(vector_of(ir.getInt8Ty(), elements), offset(from, at).v, kUnaligned);
    auto* type = vector_of(ir.getInt16Ty(), elements);
    piece = ir.CreateSub(ir.CreateIntCast(piece, type, is_signed),
                         llvm::ConstantInt::get(type, static_cast<uint64_t>(zero), true));
    ir.CreateAlignedStore(piece, offset(to, at * 2).v, kUnaligned);
  });
}

void KernelBuilder::fill_bytes(Val to, int64_t count, uint8_t value) {
  auto& ir = impl_->ir;
  in_pieces(*this, count, [&](Val at, int64_t bytes) {
    auto* type = vector_of(ir.getInt8Ty(), static_cast<int>(bytes));
    ir.CreateAlignedStore(llvm::ConstantInt::get(type, value), offset(to, at).v, kUnaligned);
  });
}

namespace {

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

/// round(value * multiplier / 2^31), halves up: what gemmlowp's doubling product with a high half comes to.
llvm::Value* high_product(llvm::IRBuilder<>& ir, const WideLanes& wide, llvm::Value* value, llvm::Value* multiplier) {
  auto* half = wide.number(int64_t{1} << 30);
  auto* even = ir.CreateAdd(ir.CreateMul(wide.even(value), wide.even(multiplier)), half);
  auto* odd = ir.CreateAdd(ir.CreateMul(wide.odd(value), wide.odd(multiplier)), half);
  return wide.low_and_high(ir.CreateLShr(even, 31), ir.CreateShl(odd, 1));
}

/// The high half of the doubled product, then the shift, rounded with halves away from zero.
llvm::Value* scaled_twice(llvm::IRBuilder<>& ir, const WideLanes& wide, llvm::Value* value, llvm::Value* multiplier,
                          llvm::Value* shift) {
  auto* zero = llvm::Constant::getNullValue(value->getType());
  auto* one = llvm::ConstantInt::get(value->getType(), 1);
  auto* left = ir.CreateBinaryIntrinsic(llvm::Intrinsic::smax, shift, zero);
  auto* right = ir.CreateBinaryIntrinsic(llvm::Intrinsic::smax, ir.CreateNeg(shift), zero);
  auto* high = high_product(ir, wide, ir.CreateShl(value, left), multiplier);
  auto* mask = ir.CreateSub(ir.CreateShl(one, right), one);
  auto* threshold = ir.CreateSub(ir.CreateLShr(mask, one), ir.CreateAShr(high, 31));
  auto* up = ir.CreateSExt(ir.CreateICmpSGT(ir.CreateAnd(high, mask), threshold), value->getType());
  return ir.CreateSub(ir.CreateAShr(high, right), up);
}

}  // namespace

Val KernelBuilder::scale_fixed_point(Val value, Val multiplier, Val shift, bool rounds_twice) {
  auto& ir = impl_->ir;
  const WideLanes wide(ir, lanes());
  return {rounds_twice ? scaled_twice(ir, wide, value.v, multiplier.v, shift.v)
                       : scaled_once(ir, wide, value.v, multiplier.v, shift.v),
          this};
}

Val KernelBuilder::look_up(Val value, bool is_signed, DType dtype, Val table) {
  auto& ir = impl_->ir;
  auto* element = dtype == DType::f32 ? impl_->f32() : ir.getIntNTy(static_cast<unsigned>(8 * size_of(dtype)));
  auto* bytes = value.v->getType();
  auto* indices = is_signed ? ir.CreateXor(value.v, llvm::ConstantInt::get(bytes, 0x80)) : value.v;
  llvm::Value* result = llvm::PoisonValue::get(vector_of(element, lanes()));
  const llvm::Align align(static_cast<uint64_t>(size_of(dtype)));
  for (int lane = 0; lane < lanes(); ++lane) {
    auto* index = ir.CreateZExt(ir.CreateExtractElement(indices, lane), ir.getInt64Ty());
    auto* found = ir.CreateAlignedLoad(element, ir.CreateGEP(element, table.v, index), align);
    result = ir.CreateInsertElement(result, found, lane);
  }
  return {result, this};
}

}  // namespace convoy
