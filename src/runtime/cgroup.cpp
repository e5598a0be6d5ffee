#include "runtime/cgroup.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace convoy {

namespace {

namespace fs = std::filesystem;

/// A mounted cgroup hierarchy: the part of it below `root` is seen at `mount_point`.
struct Hierarchy {
  bool v2 = false;
  std::string root, mount_point;
};

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

bool contains(const std::vector<std::string>& words, const std::string& word) {
  return std::ranges::find(words, word) != words.end();
}

/// The hierarchies that a controller, "cpu" or "memory", can be in. A line of mountinfo (proc(5)):
///   36 35 98:0 /root /mount/point rw,noatime master:1 - cgroup2 source rw,options
std::vector<Hierarchy> find_hierarchies(const fs::path& root, const char* controller) {
  std::vector<Hierarchy> found;
  std::ifstream mounts(root / "proc/self/mountinfo");
  for (std::string line; std::getline(mounts, line);) {
    const auto fields = split(line, ' ');
    const auto dash = std::ranges::find(fields, "-");
    if (fields.size() < 6 || fields.end() - dash < 4) continue;
    const std::string &type = dash[1], &options = dash[3];
    const bool v2 = type == "cgroup2";
    if (v2 || (type == "cgroup" && contains(split(options, ','), controller)))
      found.push_back({v2, fields[3], fields[4]});
  }
  return found;
}

/// Path of this process in a hierarchy. A line of /proc/self/cgroup: "4:cpu,cpuacct:/path", or "0::/path" for
/// version 2.
std::optional<std::string> process_path(const fs::path& root, const char* controller, bool v2) {
  std::ifstream cgroups(root / "proc/self/cgroup");
  for (std::string line; std::getline(cgroups, line);) {
    const size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    if (v2 ? line.substr(0, first) == "0" : contains(split(controllers, ','), controller))
      return line.substr(second + 1);
  }
  return std::nullopt;
}

/// Quota of one group: "max 100000" or "150000 100000" in v2's one file, -1 or microseconds in v1's two.
std::optional<double> quota_of(const fs::path& group, bool v2) {
  double quota = 0, period = 0;
  if (v2) {
    std::ifstream(group / "cpu.max") >> quota >> period;
  } else {
    std::ifstream(group / "cpu.cfs_quota_us") >> quota;
    std::ifstream(group / "cpu.cfs_period_us") >> period;
  }
  if (quota > 0 && period > 0) return quota / period;
  return std::nullopt;
}

/// Bytes: "max" or a number in v2; a number in v1, enormous where there is no limit.
std::optional<double> memory_limit_of(const fs::path& group, bool v2) {
  double bytes = 0;
  std::ifstream(group / (v2 ? "memory.max" : "memory.limit_in_bytes")) >> bytes;
  constexpr double kNoLimit = 0x1p60;
  if (bytes > 0 && bytes < kNoLimit) return bytes;
  return std::nullopt;
}

/// `path` relative to `base`, both absolute; nothing when it is not below it.
std::optional<fs::path> below(const fs::path& path, const fs::path& base) {
  const fs::path relative = path.lexically_relative(base);
  if (relative.empty() || *relative.begin() == "..") return std::nullopt;
  return relative;
}

/// The least limit of the process's group and those above it. `limit_of`: of one group.
std::optional<double> least_limit(const fs::path& root, const char* controller,
                                  std::optional<double> (*limit_of)(const fs::path& group, bool v2)) {
  std::optional<double> least;
  for (const Hierarchy& hierarchy : find_hierarchies(root, controller)) {
    const auto path = process_path(root, controller, hierarchy.v2);
    if (!path) continue;
    // In a container the path can lie outside of what is mounted: then the mount point is the process's group.
    fs::path group = root / fs::path(hierarchy.mount_point).relative_path();
    const auto inside = below(*path, hierarchy.root);
    auto consider = [&] {
      if (const auto limit = limit_of(group, hierarchy.v2)) least = std::min(least.value_or(*limit), *limit);
    };
    consider();
    for (const fs::path& part : inside.value_or("")) {
      group /= part;
      consider();
    }
  }
  return least;
}

}  // namespace

std::optional<double> cgroup_cpu_quota(const fs::path& root) {
  return least_limit(root, "cpu", quota_of);
}

std::optional<int64_t> cgroup_memory_limit(const fs::path& root) {
  const auto bytes = least_limit(root, "memory", memory_limit_of);
  return bytes ? std::optional(static_cast<int64_t>(*bytes)) : std::nullopt;
}

}  // namespace convoy
