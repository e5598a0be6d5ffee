// Reads a TFLite model into a Graph. Network inputs and outputs keep their shapes, N,H,W,C for images; inside,
// convolutions and the like are N,C,H,W, between transpositions. Shapes are static from here on, and shape
// arithmetic is computed while importing.
#pragma once

#include <string>

#include "frontends/import_options.h"
#include "frontends/tflite/model_file.h"
#include "graph/graph.h"

namespace convoy::tflite_frontend {

/// Throws Error: "operator 12 (CONV_2D, 'block3/conv'): what is wrong".
Graph import_model(const ModelFile& file, const ImportOptions& options = {});

/// The same for a model in memory, named `path` in errors.
Graph import_bytes(const void* data, size_t bytes, const std::string& path, const ImportOptions& options = {});

}  // namespace convoy::tflite_frontend
