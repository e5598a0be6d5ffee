#include "codegen/llvm/kernel_builder.h"

#include <llvm/Support/raw_ostream.h>

#include "codegen/llvm/builder_impl.h"
#include "support/error.h"

namespace convoy {

namespace {

/// Parameters of a kernel in the order of KernelFn.
enum Parameter { kArgs, kRowBegin, kRowEnd, kColBegin, kColEnd, kScratch };

void set_target(llvm::Function& function, const Isa& isa) {
  function.addFnAttr("target-cpu", isa.cpu);
  function.addFnAttr("target-features", isa.features);
  // Without this LLVM splits 512-bit vectors on CPUs where it believes that 256 bits are faster.
  function.addFnAttr("prefer-vector-width", std::to_string(isa.vector_bytes * 8));
  function.addFnAttr("min-legal-vector-width", std::to_string(isa.vector_bytes * 8));
  function.addFnAttr(llvm::Attribute::NoUnwind);
  // Without a frame pointer LLVM cannot align the stack once it finds that vectors have to be spilled; three of four
  // then cross a cache line, or none, as the stack's random address will have it.
  function.addFnAttr("frame-pointer", "all");
}

}  // namespace

KernelBuilder::KernelBuilder(const Isa& isa, const std::string& symbol, int arg_count, std::vector<DType> stored)
    : isa_(isa), impl_(std::make_unique<Impl>()) {
  auto& m = *impl_;
  m.stored = std::move(stored);
  m.module = std::make_unique<llvm::Module>(symbol, *m.context);
  m.module->setTargetTriple(isa.triple);
  auto* ptr = llvm::PointerType::getUnqual(*m.context);
  auto* type = llvm::FunctionType::get(m.ir.getVoidTy(), {ptr, m.i64(), m.i64(), m.i64(), m.i64(), ptr}, false);
  m.function = llvm::Function::Create(type, llvm::Function::ExternalLinkage, symbol, *m.module);
  set_target(*m.function, isa);
  const char* names[] = {"args", "row_begin", "row_end", "col_begin", "col_end", "scratch"};
  for (int i = 0; i < 6; ++i) m.function->getArg(i)->setName(names[i]);
  m.ir.SetInsertPoint(llvm::BasicBlock::Create(*m.context, "entry", m.function));
  llvm::FastMathFlags flags;
  flags.setAllowContract();
  m.ir.setFastMathFlags(flags);
  for (int i = 0; i < arg_count; ++i) {
    auto* slot = m.ir.CreateConstInBoundsGEP1_64(ptr, m.function->getArg(kArgs), i);
    m.args.push_back(m.ir.CreateLoad(ptr, slot, "arg" + std::to_string(i)));
  }
}

KernelBuilder::~KernelBuilder() = default;

void finish_kernel(KernelBuilder& builder) {
  auto& m = builder.impl();
  m.ir.CreateRetVoid();
  std::string problem;
  llvm::raw_string_ostream stream(problem);
  if (llvm::verifyFunction(*m.function, &stream)) {
    internal_error("kernel '{}' is malformed: {}", m.function->getName().str(), stream.str());
  }
}

Val KernelBuilder::arg(int index) {
  const auto& stored = impl_->stored;
  const bool given = index < static_cast<int>(stored.size());
  return {impl_->args.at(index), this, given ? stored[index] : DType::f32};
}
Val KernelBuilder::row_begin() {
  return {impl_->function->getArg(kRowBegin), this};
}
Val KernelBuilder::row_end() {
  return {impl_->function->getArg(kRowEnd), this};
}
Val KernelBuilder::col_begin() {
  return {impl_->function->getArg(kColBegin), this};
}
Val KernelBuilder::col_end() {
  return {impl_->function->getArg(kColEnd), this};
}
Val KernelBuilder::scratch() {
  return {impl_->function->getArg(kScratch), this};
}

// Integers and pointers.

namespace {

bool is_float(Val a) {
  return a.v->getType()->getScalarType()->isFloatTy();
}
llvm::IRBuilder<>& ir(Val a) {
  return a.b->impl().ir;
}

}  // namespace

Val operator+(Val a, Val b) {
  return {is_float(a) ? ir(a).CreateFAdd(a.v, b.v) : ir(a).CreateAdd(a.v, b.v), a.b};
}
Val operator-(Val a, Val b) {
  return {is_float(a) ? ir(a).CreateFSub(a.v, b.v) : ir(a).CreateSub(a.v, b.v), a.b};
}
Val operator*(Val a, Val b) {
  return {is_float(a) ? ir(a).CreateFMul(a.v, b.v) : ir(a).CreateMul(a.v, b.v), a.b};
}
Val operator/(Val a, Val b) {
  return {is_float(a) ? ir(a).CreateFDiv(a.v, b.v) : ir(a).CreateSDiv(a.v, b.v), a.b};
}
Val operator+(Val a, int64_t b) {
  return a + a.b->i64(b);
}
Val operator-(Val a, int64_t b) {
  return a - a.b->i64(b);
}
Val operator*(Val a, int64_t b) {
  return a * a.b->i64(b);
}
Val operator/(Val a, int64_t b) {
  return a / a.b->i64(b);
}
Val operator%(Val a, int64_t b) {
  return {ir(a).CreateSRem(a.v, a.b->i64(b).v), a.b};
}

Val KernelBuilder::i64(int64_t value) {
  return {impl_->ir.getInt64(value), this};
}
Val KernelBuilder::min(Val a, Val b) {
  return select(less(a, b), a, b);
}
Val KernelBuilder::max(Val a, Val b) {
  return select(less(a, b), b, a);
}
Val KernelBuilder::less(Val a, Val b) {
  return {impl_->ir.CreateICmpSLT(a.v, b.v), this};
}
Val KernelBuilder::equal(Val a, Val b) {
  return {impl_->ir.CreateICmpEQ(a.v, b.v), this};
}
Val KernelBuilder::not_less(Val a, Val b) {
  return {impl_->ir.CreateICmpSGE(a.v, b.v), this};
}
Val KernelBuilder::in_range(Val a, int64_t extent) {
  return {impl_->ir.CreateICmpULT(a.v, i64(extent).v), this};
}
Val KernelBuilder::both(Val a, Val b) {
  return {impl_->ir.CreateAnd(a.v, b.v), this};
}
Val KernelBuilder::negate(Val condition) {
  return {impl_->ir.CreateNot(condition.v), this};
}
Val KernelBuilder::select(Val condition, Val a, Val b) {
  if (a.stored != b.stored)
    internal_error("select between pointers to {} and {}", to_string(a.stored), to_string(b.stored));
  return {impl_->ir.CreateSelect(condition.v, a.v, b.v), this, a.stored};
}
Val KernelBuilder::offset(Val pointer, Val elems, int64_t constant) {
  auto* moved = impl_->ir.CreateGEP(impl_->element(pointer), pointer.v, elems.v);
  return offset(Val{moved, this, pointer.stored}, constant);
}
Val KernelBuilder::offset(Val pointer, int64_t elems) {
  if (elems == 0) return pointer;
  return {impl_->ir.CreateConstGEP1_64(impl_->element(pointer), pointer.v, elems), this, pointer.stored};
}
Val KernelBuilder::load_i64(Val pointer, Val index) {
  auto* at = impl_->ir.CreateGEP(impl_->i64(), pointer.v, index.v);
  return {impl_->ir.CreateAlignedLoad(impl_->i64(), at, llvm::Align(8)), this};
}

// Control flow.

std::vector<Val> KernelBuilder::loop(Val begin, Val end, int64_t step, const std::vector<Val>& carried,
                                     const std::function<std::vector<Val>(Val, const std::vector<Val>&)>& body) {
  auto& m = *impl_;
  auto* before = m.ir.GetInsertBlock();
  auto* head = llvm::BasicBlock::Create(*m.context, "loop", m.function);
  auto* exit = llvm::BasicBlock::Create(*m.context, "done", m.function);
  m.ir.CreateCondBr(m.ir.CreateICmpSLT(begin.v, end.v), head, exit);

  m.ir.SetInsertPoint(head);
  auto* index = m.ir.CreatePHI(m.i64(), 2, "i");
  index->addIncoming(begin.v, before);
  std::vector<llvm::PHINode*> phis;
  std::vector<Val> values;
  for (Val value : carried) {
    phis.push_back(m.ir.CreatePHI(value.v->getType(), 2));
    phis.back()->addIncoming(value.v, before);
    values.push_back({phis.back(), this, value.stored});
  }
  std::vector<Val> next = body({index, this}, values);
  auto* incremented = m.ir.CreateNSWAdd(index, m.ir.getInt64(step));
  auto* latch = m.ir.GetInsertBlock();
  index->addIncoming(incremented, latch);
  for (size_t k = 0; k < phis.size(); ++k) phis[k]->addIncoming(next[k].v, latch);
  m.ir.CreateCondBr(m.ir.CreateICmpSLT(incremented, end.v), head, exit);

  m.ir.SetInsertPoint(exit);
  std::vector<Val> results;
  for (size_t k = 0; k < phis.size(); ++k) {
    auto* phi = m.ir.CreatePHI(phis[k]->getType(), 2);
    phi->addIncoming(carried[k].v, before);
    phi->addIncoming(next[k].v, latch);
    results.push_back({phi, this, carried[k].stored});
  }
  return results;
}

void KernelBuilder::loop(Val begin, Val end, int64_t step, const std::function<void(Val)>& body) {
  loop(begin, end, step, std::vector<Val>{}, [&](Val i, const std::vector<Val>&) {
    body(i);
    return std::vector<Val>{};
  });
}

std::vector<Val> KernelBuilder::loop(int64_t begin, int64_t end, int64_t step, const std::vector<Val>& carried,
                                     const std::function<std::vector<Val>(Val, const std::vector<Val>&)>& body) {
  if (begin >= end) return carried;
  if (begin + step >= end) return body(i64(begin), carried);
  return loop(i64(begin), i64(end), step, carried, body);
}

void KernelBuilder::loop(int64_t begin, int64_t end, int64_t step, const std::function<void(Val)>& body) {
  loop(begin, end, step, std::vector<Val>{}, [&](Val i, const std::vector<Val>&) {
    body(i);
    return std::vector<Val>{};
  });
}

void KernelBuilder::if_then(Val condition, const std::function<void()>& body) {
  if_else(condition, body, nullptr);
}

void KernelBuilder::if_else(Val condition, const std::function<void()>& then_body,
                            const std::function<void()>& else_body) {
  auto without_values = [](const std::function<void()>& body) {
    return [&body] {
      if (body) body();
      return std::vector<Val>{};
    };
  };
  if_else_values(condition, without_values(then_body), without_values(else_body));
}

std::vector<Val> KernelBuilder::if_else_values(Val condition, const std::function<std::vector<Val>()>& then_body,
                                               const std::function<std::vector<Val>()>& else_body) {
  auto& m = *impl_;
  auto* then_block = llvm::BasicBlock::Create(*m.context, "then", m.function);
  auto* else_block = llvm::BasicBlock::Create(*m.context, "else", m.function);
  auto* end_block = llvm::BasicBlock::Create(*m.context, "endif", m.function);
  m.ir.CreateCondBr(condition.v, then_block, else_block);
  m.ir.SetInsertPoint(then_block);
  const std::vector<Val> then_values = then_body();
  auto* then_end = m.ir.GetInsertBlock();
  m.ir.CreateBr(end_block);
  m.ir.SetInsertPoint(else_block);
  const std::vector<Val> else_values = else_body();
  auto* else_end = m.ir.GetInsertBlock();
  m.ir.CreateBr(end_block);
  m.ir.SetInsertPoint(end_block);
  std::vector<Val> results;
  for (size_t k = 0; k < then_values.size(); ++k) {
    auto* phi = m.ir.CreatePHI(then_values[k].v->getType(), 2);
    phi->addIncoming(then_values[k].v, then_end);
    phi->addIncoming(else_values[k].v, else_end);
    results.push_back({phi, this, then_values[k].stored});
  }
  return results;
}

}  // namespace convoy
