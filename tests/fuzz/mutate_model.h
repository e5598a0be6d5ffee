// Changes one number of a model that parses: an attribute, an extent, an element of a small tensor. Random bytes rarely
// get past the parser; these get to the type rules, the passes and the plan.
#pragma once

#include <random>
#include <string>

namespace convoy {

/// `model` with one number changed; "" when it does not parse or has none.
std::string mutate_model(const std::string& model, std::mt19937& random);

}  // namespace convoy
