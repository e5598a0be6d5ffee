// What an ONNX model says about itself.
#pragma once

#include "frontends/mapped_file.h"
#include "frontends/summary.h"

namespace convoy::onnx_frontend {

/// Throws Error when the file is no such model.
ModelSummary summarise(const MappedFile& file);

}  // namespace convoy::onnx_frontend
