// NumPy's .npz files: a zip archive of .npy files, one a named array, stored or deflated.
#pragma once

#include <convoy/tensor.h>

#include <string>
#include <utility>
#include <vector>

namespace convoy {

using NamedTensors = std::vector<std::pair<std::string, Tensor>>;

/// The arrays in the order of the archive. Throws Error: "x.npz: array 'y': truncated: ...".
NamedTensors read_npz(const std::string& path);

/// Writes to a temporary name and renames. Entries are stored, not deflated: activations hardly compress.
void write_npz(const std::string& path, const NamedTensors& tensors);

}  // namespace convoy
