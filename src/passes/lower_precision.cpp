#include "passes/lower_precision.h"

#include <algorithm>

#include "ops/expand.h"
#include "ops/reshape.h"
#include "ops/slice.h"
#include "ops/transpose.h"
#include "support/dtypes.h"

namespace convoy {
namespace {

bool is_view(const Op& op) {
  return op_cast<Reshape>(op) || op_cast<Transpose>(op) || op_cast<Slice>(op) || op_cast<Expand>(op);
}

class PrecisionLowering {
 public:
  explicit PrecisionLowering(GroupedGraph& grouped) : grouped_(grouped), graph_(grouped.graph) {}

  void run() {
    grouped_.precision = Precision::bf16;
    for (ValueId id : graph_.inputs) keep(id, "a network input");
    for (ValueId id : graph_.outputs) keep(id, "a network output");
    for (const Group& group : grouped_.groups) {
      if (!gives_integers(group)) continue;
      for (ValueId id : group.inputs) keep(id, "integers are computed from it");
      for (ValueId id : results(group)) keep(id, "a result beside integers");
    }
    for (const Group& group : grouped_.groups) lower_results(group);
  }

 private:
  bool is_f32(ValueId id) const { return graph_.type(id).dtype == DType::f32; }

  std::vector<ValueId> results(const Group& group) const {
    return group.epilogue.empty() ? graph_.nodes[group.anchor].outputs : std::vector<ValueId>{group.output};
  }

  bool gives_integers(const Group& group) const {
    return std::ranges::any_of(results(group), [&](ValueId id) { return is_integer(graph_.type(id).dtype); });
  }

  /// The first reason counts.
  void keep(ValueId id, const std::string& why) {
    if (is_f32(id) && !graph_.is_constant(id)) grouped_.kept_f32.emplace(id, why);
  }

  void lower_results(const Group& group) {
    const Node& anchor = graph_.nodes[group.anchor];
    const bool from_floats = std::ranges::any_of(group.inputs, [&](ValueId id) { return is_f32(id); });
    for (ValueId id : results(group)) {
      if (!from_floats) keep(id, "computed from integers");
      if (is_view(*anchor.op) && !grouped_.stored_as_bf16.contains(anchor.inputs[0])) keep(id, "a view of f32");
      if (is_f32(id) && !grouped_.kept_f32.contains(id)) grouped_.stored_as_bf16.insert(id);
    }
  }

  GroupedGraph& grouped_;
  const Graph& graph_;
};

}  // namespace

void lower_precision(GroupedGraph& grouped) {
  PrecisionLowering(grouped).run();
}

}  // namespace convoy
