// Compiles the steps of one group for this machine and runs them as the runtime would, in any division of
// their task spaces.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "impls/impl.h"

namespace convoy {

/// How a task space is cut: the whole at once, or uneven pieces, last one first.
enum class Division { whole, pieces };

class GroupRunner {
 public:
  /// `stored` tells how the values that the steps refer to are stored.
  GroupRunner(Lowered lowered, const Isa& isa, const std::function<DType(ValueId)>& stored);

  /// `values` gives the address of each value that the steps refer to.
  void run(const std::map<ValueId, void*>& values, Division division);
  const Lowered& lowered() const { return lowered_; }

 private:
  std::vector<void*> arguments(const StepSpec& step, const std::map<ValueId, void*>& values);

  Lowered lowered_;
  std::shared_ptr<const JitCode> code_;
  std::vector<Tensor> packed_;
  std::vector<std::vector<float>> temps_;
  std::vector<float> scratch_;
};

}  // namespace convoy
