// KernelBuilder's registers of bytes and shorts.
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
