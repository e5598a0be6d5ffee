// Emits the one-dimensional transforms of Winograd convolutions on vectors of f32, or of integers where the matrices
// have no others.
#pragma once

#include <vector>

#include "codegen/llvm/kernel_builder.h"
#include "impls/conv2d/cook_toom.h"

namespace convoy {

/// Sum of factors[i] * in[i]; values with factor zero may be absent.
Val combine(KernelBuilder& b, const std::vector<double>& factors, const std::vector<Val>& in);

/// matrix * in. Rows that differ only in the signs of their odd columns (points p and -p in B^T) share their
/// even and odd halves.
std::vector<Val> emit_rows_paired(KernelBuilder& b, const Matrix& matrix, const std::vector<Val>& in);

/// matrix * in. Columns that differ only in the signs of their odd rows (points p and -p in A^T) enter as sum
/// and difference.
std::vector<Val> emit_columns_paired(KernelBuilder& b, const Matrix& matrix, const std::vector<Val>& in);

}  // namespace convoy
