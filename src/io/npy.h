// NumPy's .npy files: one array. Format versions 1 to 3, C and Fortran order, little-endian.
//
// bf16, which NumPy does not have, is written as f32 (exact); two-byte void (`V2`, what ml_dtypes writes
// for bfloat16) is read as bf16.
#pragma once

#include <convoy/tensor.h>

#include <string>

#include "io/files.h"
#include "io/npy_header.h"

namespace convoy {

/// Throws Error: "x.npy: truncated: ...".
Tensor read_npy(const std::string& path);
/// The same from a source of bytes; the message has no path. What follows the array is left unread.
Tensor read_npy(ByteSource& source);
/// The header alone, which the array follows; it is all there. The message has no path.
NpyHeader read_npy_header(ByteSource& source);

/// Writes to a temporary name and renames.
void write_npy(const std::string& path, const Tensor& tensor);
/// The bytes of a .npy file.
std::string npy_bytes(const Tensor& tensor);

}  // namespace convoy
