// The arithmetic a machine can do at most: what "% of peak" refers to.
#pragma once

#include "codegen/isa.h"

namespace convoy::cli {

/// GFLOP/s of independent fused multiply-adds in registers (multiply and add where there is no FMA), a
/// multiply-add counted as two, on `threads` threads at once: the best of several short measurements.
double measure_peak_gflops(const Isa& isa, int threads);

}  // namespace convoy::cli
