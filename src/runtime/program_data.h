// What a Program is made of.
#pragma once

#include <convoy/program.h>

#include <memory>
#include <vector>

#include "codegen/llvm/jit.h"
#include "plan/plan.h"

namespace convoy::detail {

struct ProgramData {
  Plan plan;
  std::shared_ptr<const JitCode> code;
  std::vector<KernelFn> step_kernels;  ///< one per step, null for host steps
  std::vector<PortInfo> inputs, outputs;
};

}  // namespace convoy::detail
