// Changes one number of a TFLite model that parses: an extent, an option, an index, an element of a small tensor.
#pragma once

#include <random>
#include <string>

namespace convoy {

/// `model` with one number changed; "" when it does not parse or has none.
std::string mutate_tflite(const std::string& model, std::mt19937& random);

}  // namespace convoy
