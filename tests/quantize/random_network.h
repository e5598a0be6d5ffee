// Random small networks of all that is quantised: the same for the same seed.
#pragma once

#include "frontends/onnx/model_builder.h"

namespace convoy::quantizer {

/// From x, 1x4x12x12, to one or two outputs; nodes of all kinds, values with several readers.
onnx_frontend::TestModel random_network(uint32_t seed);

}  // namespace convoy::quantizer
