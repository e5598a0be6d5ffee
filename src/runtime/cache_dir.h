// Where compiled code is kept between processes.
#pragma once

#include <convoy/program.h>

#include <string>

namespace convoy {

/// The folder that the options and the environment name (see CompileOptions::cache_dir); "" for no cache.
std::string cache_dir_of(const CompileOptions& options);

}  // namespace convoy
