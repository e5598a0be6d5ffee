// What may be said about a model before it is imported, whatever its format.
#pragma once

#include <convoy/rounding.h>
#include <convoy/tensor.h>

#include <map>
#include <string>

namespace convoy {

struct ImportOptions {
  /// Shapes of network inputs by name, from `--shape name=1x3x224x224`; checked against the model's.
  std::map<std::string, Shape> shapes;
  /// Of quantised TFLite networks.
  NetworkRounding rounding = NetworkRounding::litert;
  /// Imports quantised TFLite networks as the floats that their numbers stand for, inputs and outputs included.
  bool in_floats = false;
};

}  // namespace convoy
