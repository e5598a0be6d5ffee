// The LLVM side of KernelBuilder, for this folder alone.
#pragma once

#include "codegen/llvm/kernel_builder.h"
#include "codegen/llvm/pch.h"

namespace convoy {

struct KernelBuilder::Impl {
  std::unique_ptr<llvm::LLVMContext> context = std::make_unique<llvm::LLVMContext>();
  std::unique_ptr<llvm::Module> module;
  llvm::IRBuilder<> ir{*context};
  llvm::Function* function = nullptr;
  std::vector<llvm::Value*> args;
  std::vector<DType> stored;  ///< of the first arguments; those behind are f32

  llvm::Type* f32() { return ir.getFloatTy(); }
  llvm::Type* i64() { return ir.getInt64Ty(); }
  /// Of an element behind `pointer`.
  llvm::Type* element(Val pointer) {
    if (pointer.stored == DType::u8) return ir.getInt8Ty();
    return pointer.stored == DType::bf16 ? ir.getInt16Ty() : f32();
  }
};

/// Closes the function and checks it. Throws an internal Error when the IR is malformed.
void finish_kernel(KernelBuilder& builder);

}  // namespace convoy
