#include "frontends/network_outputs.h"

#include "frontends/simple_ops.h"

namespace convoy {
namespace {

ValueId output_named(GraphBuilder& builder, const std::string& name, ValueId id) {
  const Value& value = builder.graph().value(id);
  if (value.name == name) return id;
  if (const Tensor* constant = builder.constant_of(id)) return builder.constant(name, *constant);
  if (value.producer < 0 || builder.graph().is_output(id)) {
    return builder.make(reshape_to(value.type.shape), {id}, name);
  }
  builder.rename(id, name);
  return id;
}

}  // namespace

void add_network_output(GraphBuilder& builder, const std::string& name, ValueId id) {
  builder.output(output_named(builder, name, id));
}

}  // namespace convoy
