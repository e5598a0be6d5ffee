// Folders of pictures and arrays: samples of a network's input, with or without their classes.
#pragma once

#include <convoy/quantize.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/inputs.h"

namespace convoy::cli {

struct SampleFile {
  std::string path;
  std::optional<int64_t> label;
};

struct SampleFolder {
  std::string path;
  std::vector<SampleFile> files;  ///< sorted by path

  /// True when all files have a label.
  bool labelled() const;
};

/// Pictures, .npy and .npz files in a folder and in the folders inside, other files left aside. Labels are the names of
/// sub-folders that are numbers, or what labels.txt says, a line a file: its name and the number of its class. Throws
/// Error for a folder that does not exist or holds none, and for labels that are no numbers or name no file.
SampleFolder read_sample_folder(const std::string& path);

/// The files as inputs of a network, prepared as `options` says. `note`, if given, gets what was done to the first one.
Samples samples_of(const SampleFolder& folder, const InputOptions& options, std::string* note = nullptr);

}  // namespace convoy::cli
