// The header of a .npy file: the text of a Python dictionary behind a magic number.
#pragma once

#include <convoy/tensor.h>

#include <string>
#include <string_view>

namespace convoy {

struct NpyHeader {
  TensorType type;
  bool fortran_order = false;  ///< the first axis varies fastest
};

/// Parses "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), }". Throws Error.
NpyHeader parse_npy_header(std::string_view text);

/// Magic, version and dictionary, padded to a multiple of 64 bytes.
std::string npy_header_bytes(const TensorType& type);

}  // namespace convoy
