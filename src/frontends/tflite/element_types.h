// TFLite's element types.
#pragma once

#include <convoy/tensor.h>

#include <optional>
#include <string>

#include "schema_generated.h"

namespace convoy::tflite_frontend {

/// Nothing for types that Convoy does not have: strings, complex numbers, 4-bit integers.
std::optional<DType> find_element_type(tflite::TensorType type);
/// Throws an unsupported Error that names the type.
DType element_type(tflite::TensorType type);
/// "INT4", or the number of a type that is newer than Convoy.
std::string element_type_name(tflite::TensorType type);

}  // namespace convoy::tflite_frontend
