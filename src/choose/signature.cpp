#include "choose/signature.h"

#include <algorithm>
#include <map>

namespace convoy {

namespace {

const char* layout_word(const TensorView& view) {
  if (view.is_contiguous(Layout::row_major)) return "rm";
  return view.channels_innermost() ? "cl" : "strided";
}

const char* layout_word(Layout layout) {
  return layout == Layout::row_major ? "rm" : "cl";
}

}  // namespace

std::string group_signature(const GroupedGraph& grouped, const Group& group) {
  const Graph& graph = grouped.graph;
  std::map<ValueId, std::string> names;
  for (size_t i = 0; i < group.inputs.size(); ++i) {
    const ValueId id = group.inputs[i];
    names[id] = fmt::format("{}{} {}", graph.is_constant(id) ? 'c' : 'i', i, grouped.stored_type(id).str());
  }
  std::string text;
  int member = 0;
  for (int32_t index : group_members(group)) {
    const Node& node = graph.nodes[index];
    std::string inputs;
    for (ValueId id : node.inputs) inputs += (inputs.empty() ? "" : ", ") + (id == kAbsent ? "-" : names.at(id));
    text += fmt::format("{}{}{}({})", text.empty() ? "" : "; ", node.op->name(), node.op->attributes(), inputs);
    for (ValueId id : node.outputs) names[id] = fmt::format("t{}", member);
    ++member;
  }
  if (grouped.stored_as_bf16.contains(group.output)) text += " as bf16";
  return text;
}

std::string candidate_name(const Problem& problem, const Impl& impl, const Proposal& proposal) {
  std::string inputs;
  for (ValueId id : problem.group.inputs) {
    if (problem.graph().is_constant(id)) continue;
    const auto demand = proposal.demands.find(id);
    const bool demanded = demand != proposal.demands.end() && demand->second != Demand::any;
    const char* word = !demanded ? layout_word(problem.view(id)) : demand->second == Demand::row_major ? "rm" : "cl";
    inputs += (inputs.empty() ? "" : ",") + std::string(word);
    // Of a view of a network input, say, which the group was not expected to read.
    const DType stored = problem.stored_type(id).dtype;
    if (stored != problem.grouped.stored_type(id).dtype) inputs += fmt::format(" {}", to_string(stored));
  }
  return fmt::format("{} {}->{}", impl.name(), inputs, layout_word(proposal.output));
}

std::string copy_signature(const TensorType& type) {
  return "copy " + type.str();
}

std::string copy_candidate(const TensorView& from, const TensorView& to) {
  const std::string converted = from.dtype == to.dtype ? "" : fmt::format("{} ", to_string(from.dtype));
  return fmt::format("{}{}->{}", converted, layout_word(from), layout_word(to));
}

}  // namespace convoy
