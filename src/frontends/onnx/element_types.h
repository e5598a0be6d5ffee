// ONNX's numbers for element types. The numbers are written out because libonnx knows only those up to
// bfloat16, while files with newer ones parse.
#pragma once

#include <convoy/tensor.h>

#include <string>

namespace convoy::onnx_frontend {

/// Throws an unsupported Error that names the type: strings, complex numbers, 8-bit floats, 4-bit integers.
DType element_type(int onnx_type);
/// "FLOAT8E4M3FN", or the number of a type that is newer than Convoy.
std::string element_type_name(int onnx_type);

}  // namespace convoy::onnx_frontend
