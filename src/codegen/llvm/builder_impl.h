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

  llvm::Type* f32() { return ir.getFloatTy(); }
  llvm::Type* i64() { return ir.getInt64Ty(); }
};

/// Closes the function and checks it. Throws an internal Error when the IR is malformed.
void finish_kernel(KernelBuilder& builder);

}  // namespace convoy
