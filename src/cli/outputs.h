// Network outputs to files: .npy, .npz and pictures.
#pragma once

#include <convoy/program.h>

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "cli/inputs.h"

namespace convoy::cli {

struct OutputOptions {
  std::vector<std::string> outputs;  ///< [NAME=]FILE
  std::vector<double> range;         ///< none, or what is shown black and white
  std::string overlay;
};

/// --output, --output-range, --overlay.
void add_output_options(CLI::App& command, OutputOptions& options);

/// Throws Error for paths that cannot be written and formats that do not exist: before anything runs.
void check_outputs(const OutputOptions& options);
/// Throws Error for what does not fit the network: before it runs.
void check_outputs(const OutputOptions& options, const std::vector<PortInfo>& ports, bool has_picture);

/// Writes what the options ask for; returns a line about each file, to be printed.
/// `values` are what `outputs` stand for: pictures show them, arrays hold the outputs themselves.
std::vector<std::string> write_outputs(const OutputOptions& options, const std::vector<PortInfo>& ports,
                                       const std::vector<Tensor>& outputs, const std::vector<Tensor>& values,
                                       const NetworkInputs& inputs);

}  // namespace convoy::cli
