// What each layer of a quantised network takes beside what it would take in f32, as far as is known, and why int8 gains
// little where it does.
#pragma once

#include <string>
#include <vector>

#include "choose/measured_costs.h"
#include "passes/group.h"
#include "plan/plan.h"

namespace convoy {

/// A network's groups, as they were before the plan fused prologues, and its plan.
struct PlannedNetwork {
  const GroupedGraph& grouped;
  const Plan& plan;
};

/// What computing some groups takes, copies to other layouts included.
struct GroupsCost {
  double ns = 0;
  bool measured = true;             ///< false: at least a part is the cost model's estimate
  std::vector<std::string> groups;  ///< names of those that take time

  void add(const GroupsCost& other);
};

/// A layer: groups of the quantised network, and the groups in f32 that compute the same. Often one of each; but what
/// is one loop in f32, a residual sum in a convolution's epilogue, may be several on numbers.
struct BesideF32 {
  std::string name;    ///< of the group that the layer is about
  std::string detail;  ///< "conv2d 3x3 s2 + relu"
  GroupsCost numbers, floats;
  std::string why;  ///< of layers that gain little or lose, where a reason is known

  /// How many times as fast on numbers as in f32; 0 where there is nothing to compare.
  double gain() const { return numbers.ns > 0 ? floats.ns / numbers.ns : 0; }
};

/// `floats` is the network that `quantised` stands for (passes/without_quantization.h): its nodes have the same names,
/// and those of helpers begin with them. In the order of the quantised network; layers that take no time are left out.
std::vector<BesideF32> beside_f32(const PlannedNetwork& quantised, const PlannedNetwork& floats,
                                  const MeasuredCosts& measured);

}  // namespace convoy
