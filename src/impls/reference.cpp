// The fallback for everything without a kernel: the operators' reference loops, on the calling thread.
#include <cstring>

#include "impls/impl.h"
#include "ops/cast.h"
#include "support/error.h"

namespace convoy {

namespace {

/// A tensor on memory that somebody else owns.
Tensor borrow(const TensorType& type, void* data) {
  return Tensor(type, std::shared_ptr<void>(data, [](void*) {}));
}

/// A value of the group in memory.
struct ReferencePort {
  ValueId id;
  TensorType type;
  DType stored;  ///< bf16 for values that are f32 to the operators
};

/// What the operators read or write: the memory itself, or f32 beside it.
Tensor as_typed(const ReferencePort& port, void* data, bool is_input) {
  if (port.stored == port.type.dtype) return borrow(port.type, data);
  return is_input ? cast_to(borrow({port.stored, port.type.shape}, data), port.type.dtype) : Tensor(port.type);
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
      bytes += problem.bytes(id);
      if (problem.graph().is_constant(id)) proposal.packed_bytes += problem.bytes(id);
    }
    bytes += problem.bytes(problem.group.output);
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
    std::vector<ReferencePort> ports;  // in the order of the arguments
    for (ValueId id : problem.group.inputs) {
      const Value& value = problem.graph().value(id);
      ports.push_back({id, value.type, problem.stored_type(id).dtype});
      step.args.push_back(value.constant ? StepArg(*value.constant) : StepArg(ValueArg{id}));
    }
    const bool anchor_only = problem.group.epilogue.empty();
    for (ValueId id : anchor_only ? problem.anchor().outputs : std::vector<ValueId>{problem.group.output}) {
      ports.push_back({id, problem.type(id), problem.stored_type(id).dtype});
      step.args.push_back(ValueArg{id});
    }
    const size_t input_count = problem.group.inputs.size();
    step.host = [nodes, ports, input_count](void* const* args) {
      std::map<ValueId, Tensor> known;
      for (size_t i = 0; i < ports.size(); ++i) known[ports[i].id] = as_typed(ports[i], args[i], i < input_count);
      run_members(nodes, known);
      for (size_t i = input_count; i < ports.size(); ++i) {
        const auto& [id, type, stored] = ports[i];
        if (stored != type.dtype) std::memcpy(args[i], cast_to(known[id], stored).data(), 2 * type.shape.elems());
      }
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
