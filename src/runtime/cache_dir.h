// Where compiled code is kept between processes.
#pragma once

#include <convoy/program.h>

#include <string>

namespace convoy {

/// The folder that the options and the environment name (see CompileOptions::cache_dir); "" for no cache.
std::string cache_dir_of(const CompileOptions& options);

/// The tuning log that compiling reads: the one the options name, or tuning.db in the cache's folder if it is there;
/// "" for none.
std::string tuning_log_of(const CompileOptions& options);
/// Where `convoy tune` keeps its log unless told otherwise; "" when there is no folder for it.
std::string default_tuning_log(const CompileOptions& options);

}  // namespace convoy
