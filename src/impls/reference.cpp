// The fallback for everything without a kernel: the operators' reference loops, on the calling thread.
#include "impls/impl.h"
#include "support/error.h"

namespace convoy {

namespace {

/// A tensor on memory that somebody else owns.
Tensor borrow(const TensorType& type, void* data) {
  return Tensor(type, std::shared_ptr<void>(data, [](void*) {}));
}

/// What the host function needs of a member node, independent of the graph's lifetime.
struct Member {
  OpPtr op;
  std::vector<ValueId> inputs, outputs;
  std::vector<TensorType> output_types;
};

/// Computes the members in order; `known` holds the group's inputs, constants included.
void run_members(const std::vector<Member>& members, std::map<ValueId, Tensor>& known) {
  for (const Member& member : members) {
    std::vector<const Tensor*> inputs;
    for (ValueId id : member.inputs) inputs.push_back(id == kAbsent ? nullptr : &known.at(id));
    std::vector<Tensor> outputs;
    for (size_t i = 0; i < member.outputs.size(); ++i) {
      auto it = known.find(member.outputs[i]);
      outputs.push_back(it != known.end() ? it->second : Tensor(member.output_types[i]));
    }
    member.op->reference(inputs, outputs);
    for (size_t i = 0; i < member.outputs.size(); ++i) known[member.outputs[i]] = outputs[i];
  }
}

class Reference : public Impl {
 public:
  std::string name() const override { return "reference"; }

  Proposal propose(const Problem& problem) const override {
    Proposal proposal;
    for (ValueId id : problem.group.inputs) proposal.demands[id] = Demand::row_major;
    proposal.output = Layout::row_major;
    double bytes = 0;
    for (ValueId id : problem.group.inputs) {
      bytes += problem.type(id).bytes();
      if (problem.graph().is_constant(id)) proposal.packed_bytes += problem.type(id).bytes();
    }
    bytes += problem.type(problem.group.output).bytes();
    const auto macs = static_cast<double>(problem.anchor().op->macs(problem.graph().input_types(problem.anchor()),
                                                                    problem.graph().output_types(problem.anchor())));
    proposal.cost_ns = 2 * bytes + 2 * macs + 1000;
    proposal.variant = "reference";
    return proposal;
  }

  Lowered lower(const Problem& problem) const override {
    std::vector<Member> nodes;
    for (int32_t index : group_members(problem.group)) {
      const Node& node = problem.graph().nodes[index];
      nodes.push_back({node.op, node.inputs, node.outputs, problem.graph().output_types(node)});
    }
    StepSpec step;
    std::vector<std::pair<ValueId, TensorType>> ports;  // in the order of the arguments
    for (ValueId id : problem.group.inputs) {
      const Value& value = problem.graph().value(id);
      ports.emplace_back(id, value.type);
      step.args.push_back(value.constant ? StepArg(*value.constant) : StepArg(ValueArg{id}));
    }
    const bool anchor_only = problem.group.epilogue.empty();
    for (ValueId id : anchor_only ? problem.anchor().outputs : std::vector<ValueId>{problem.group.output}) {
      ports.emplace_back(id, problem.type(id));
      step.args.push_back(ValueArg{id});
    }
    step.host = [nodes, ports](void* const* args) {
      std::map<ValueId, Tensor> known;
      for (size_t i = 0; i < ports.size(); ++i) known[ports[i].first] = borrow(ports[i].second, args[i]);
      run_members(nodes, known);
    };
    step.cost_ns = propose(problem).cost_ns;
    return {{std::move(step)}, {}};
  }
};

}  // namespace

const Impl& reference_impl() {
  static const Reference impl;
  return impl;
}

}  // namespace convoy
