// Emits the elementwise operators on f32 vectors. Transcendental functions are polynomials with a relative
// error of a few units in the last place; special values (infinities, NaN, large magnitudes) behave as the
// reference, with two exceptions, since what would mend them costs more than a few percent of the operator's time:
//
// - exp gives 0 where its result is smaller than 2^-125;
// - sin and cos are precise for |x| up to 1e5 only (math_functions.h says how much).
#pragma once

#include "codegen/llvm/kernel_builder.h"
#include "ops/elementwise.h"

namespace convoy {

Val emit_unary(KernelBuilder& b, const Unary& op, Val x);
Val emit_binary(KernelBuilder& b, BinaryKind kind, Val lhs, Val rhs);

/// True when the kind can be emitted as f32 arithmetic: all but comparisons and logic, which node.h emits.
bool can_emit(const Unary& op);
bool can_emit(BinaryKind kind);

Val emit_exp(KernelBuilder& b, Val x);
Val emit_log(KernelBuilder& b, Val x);

}  // namespace convoy
