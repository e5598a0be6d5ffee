#include <convoy/program.h>

#include "runtime/program_data.h"

namespace convoy {

std::string_view to_string(Precision precision) {
  return precision == Precision::bf16 ? "bf16" : "f32";
}

const std::vector<PortInfo>& Program::inputs() const {
  return data_->inputs;
}
const std::vector<PortInfo>& Program::outputs() const {
  return data_->outputs;
}
int Program::threads() const {
  return data_->plan.target.threads;
}

MemoryInfo Program::memory() const {
  const Plan& plan = data_->plan;
  return {plan.arena_bytes, plan.peak_live_bytes, plan.weights_bytes};
}

}  // namespace convoy
