#include "runtime/cache_dir.h"

#include <cstdlib>
#include <filesystem>

namespace convoy {

namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

}  // namespace

std::string cache_dir_of(const CompileOptions& options) {
  if (!options.use_cache) return "";
  if (!options.cache_dir.empty()) return options.cache_dir;
  if (const std::string dir = environment("CONVOY_CACHE_DIR"); !dir.empty()) return dir;
  // The XDG base directory specification: relative paths are to be ignored.
  if (const std::string dir = environment("XDG_CACHE_HOME"); dir.starts_with('/')) return dir + "/convoy";
  if (const std::string home = environment("HOME"); !home.empty()) return home + "/.cache/convoy";
  return "";
}

std::string default_tuning_log(const CompileOptions& options) {
  const std::string dir = cache_dir_of(options);
  return dir.empty() ? "" : dir + "/tuning.db";
}

std::string tuning_log_of(const CompileOptions& options) {
  if (!options.use_tuning) return "";
  if (!options.tuning_log.empty()) return options.tuning_log;
  const std::string path = default_tuning_log(options);
  std::error_code failed;
  return !path.empty() && std::filesystem::exists(path, failed) ? path : "";
}

}  // namespace convoy
