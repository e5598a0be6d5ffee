// What a TFLite model says about itself.
#pragma once

#include "frontends/mapped_file.h"
#include "frontends/summary.h"

namespace convoy::tflite_frontend {

/// Throws Error when the file is no such model.
ModelSummary summarise(const std::shared_ptr<const MappedFile>& file);

}  // namespace convoy::tflite_frontend
