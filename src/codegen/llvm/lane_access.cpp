#include "codegen/llvm/lane_access.h"

#include <numeric>

namespace convoy {

namespace {

int lane_count(llvm::Type* type) {
  return static_cast<int>(llvm::cast<llvm::FixedVectorType>(type)->getNumElements());
}

/// Elements are only known to be aligned to their own size: views start anywhere.
llvm::Align element_align(llvm::Type* type) {
  return llvm::Align(type->getScalarSizeInBits() / 8);
}

/// A mask whose first `active` of `lanes` lanes are set.
llvm::Constant* first_lanes(KernelBuilder& b, int active, int lanes) {
  auto* bit = b.impl().ir.getInt1Ty();
  std::vector<llvm::Constant*> bits;
  for (int i = 0; i < lanes; ++i) bits.push_back(llvm::ConstantInt::get(bit, i < active));
  return llvm::ConstantVector::get(bits);
}

/// The first `active` lanes as vectors of half, a quarter, ... of the lanes.
void store_in_pieces(KernelBuilder& b, Val value, Val pointer, int active) {
  auto& ir = b.impl().ir;
  auto* type = value.v->getType();
  int done = 0;
  for (int width = lane_count(type) / 2; width > 0; width /= 2) {
    if (active - done < width) continue;
    std::vector<int> lanes(width);
    std::iota(lanes.begin(), lanes.end(), done);
    auto* piece = ir.CreateShuffleVector(value.v, lanes);
    auto* at = done == 0 ? pointer.v : ir.CreateConstGEP1_64(type->getScalarType(), pointer.v, done);
    ir.CreateAlignedStore(piece, at, element_align(type));
    done += width;
  }
}

}  // namespace

Val load_lanes(KernelBuilder& b, llvm::Type* type, Val pointer, int active) {
  auto& ir = b.impl().ir;
  const int lanes = lane_count(type);
  if (active < 0 || active >= lanes) return {ir.CreateAlignedLoad(type, pointer.v, element_align(type)), &b};
  auto* mask = first_lanes(b, active, lanes);
  auto* zero = llvm::Constant::getNullValue(type);
  return {ir.CreateMaskedLoad(type, pointer.v, element_align(type), mask, zero), &b};
}

void store_lanes(KernelBuilder& b, Val value, Val pointer, int active) {
  auto& ir = b.impl().ir;
  auto* type = value.v->getType();
  const int lanes = lane_count(type);
  if (active < 0 || active >= lanes) {
    ir.CreateAlignedStore(value.v, pointer.v, element_align(type));
  } else if (b.isa().masked_stores) {
    ir.CreateMaskedStore(value.v, pointer.v, element_align(type), first_lanes(b, active, lanes));
  } else {
    store_in_pieces(b, value, pointer, active);
  }
}

}  // namespace convoy
