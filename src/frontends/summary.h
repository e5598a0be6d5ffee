// What a model file says about itself, without importing it: also for models that Convoy cannot import.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "support/quantisation.h"

namespace convoy {

struct SummaryPort {
  std::string name;
  std::string type;  ///< "f32[Nx3x224x224]"
  /// Open extents are -1; nothing when the rank is open, too.
  std::optional<std::vector<int64_t>> dims;
  /// What its integers stand for, where the file says so.
  std::optional<Quantisation> quantisation = {};
};

struct ModelSummary {
  std::string format;    ///< "ONNX, opset 11", "TFLite"
  std::string producer;  ///< "pytorch 1.9", or empty
  std::vector<SummaryPort> inputs;
  std::vector<SummaryPort> outputs;        ///< of formats that say what their integers stand for
  std::map<std::string, int> operators;    ///< by the file's names, with their number
  std::map<std::string, int> unsupported;  ///< those that Convoy has no importer for
};

/// Throws Error when the file is no model.
ModelSummary summarise_model(const std::string& path);

}  // namespace convoy
