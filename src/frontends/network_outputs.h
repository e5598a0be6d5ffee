// Declaring the network's outputs, under the names that the model gives them.
#pragma once

#include <string>

#include "graph/graph.h"

namespace convoy {

/// Makes the value an output of the network. One that has to keep its own name, because it is an input or another
/// output too, is copied.
void add_network_output(GraphBuilder& builder, const std::string& name, ValueId id);

}  // namespace convoy
