// Network inputs from the command line: pictures, .npy and .npz files, or random values.
#pragma once

#include <convoy/program.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/port_scales.h"
#include "io/preprocess.h"

namespace convoy::cli {

struct InputOptions {
  std::vector<std::string> inputs;  ///< [NAME=]FILE
  PreprocessOptions preprocess;
  std::vector<double> scale;  ///< none or one
  uint64_t seed = 1;
};

/// --input, --preprocess and what overrides it.
void add_input_options(CLI::App& command, InputOptions& options);
/// The same without --input.
void add_preprocess_options(CLI::App& command, InputOptions& options);

struct NetworkInputs {
  std::vector<Tensor> tensors;           ///< in the network's order
  std::vector<std::string> notes;        ///< how pictures were prepared, to be printed
  std::optional<PreparedImage> picture;  ///< the first picture given
  std::optional<Preprocess> preprocess;  ///< how it was prepared
};

enum class Missing { error, random };

/// One tensor an input. Unnamed files go to the inputs not named, in order. Throws Error that names input,
/// expected and found.
/// Pictures for integers of known scale become the integers that stand for them.
NetworkInputs read_inputs(const InputOptions& options, const std::vector<PortInfo>& inputs,
                          const std::vector<PortInfo>& outputs, Missing missing, const PortScales& scales = {});

/// Makes the context read from tensors that read_inputs returned.
void bind_inputs(Context& context, const std::vector<Tensor>& tensors);

/// Floats in [-1, 1), bytes over their whole range, other integers 0 or 1 (they may be indices). Equal seeds
/// give equal values on every machine.
Tensor random_tensor(const TensorType& type, uint64_t seed);

/// Takes the sizes that the model leaves open from the pictures given as input, unless --shape gives them.
void size_inputs_by_pictures(const std::string& model, const InputOptions& options, CompileOptions& compile);

}  // namespace convoy::cli
