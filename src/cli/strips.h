// Networks from image to image that are run strip by strip: when, and how they are compiled.
#pragma once

#include <convoy/image.h>

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "io/image.h"

namespace convoy::cli {

struct StripOptions {
  std::string strip;  ///< "": chosen; "off", or rows

  bool off() const { return strip == "off"; }
  int64_t rows() const { return strip.empty() ? 0 : std::stoll(strip); }
};

/// --strip.
void add_strip_option(CLI::App& command, StripOptions& options);

/// Whether strips are worth trying: layers' images of that size leave the caches of most machines.
bool is_large(const ImageSize& size);

/// Nothing when the network's rows cannot be computed strip by strip, or when it takes images of another size.
std::optional<ImageProgram> compile_strips(const std::string& model, const CompileOptions& compile, int64_t strip_rows,
                                           const ImageSize& size);

/// "waifu2x.onnx: 1920x1088x3 -> 3840x2176x3 in strips of 24 rows, 2 threads"; or "... at once, ...".
std::string strips_text(const std::string& model, const ImageInfo& info);

}  // namespace convoy::cli
