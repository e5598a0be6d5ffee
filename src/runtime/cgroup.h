// How much CPU time and memory the control groups of this process allow (containers, systemd's quotas, Slurm).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace convoy {

/// CPUs' worth of time per second: the least quota of the process's cgroup and those above it, version 1 or 2.
/// Nothing when there is no quota, or nothing can be read. Files are looked up under `root` (for tests).
std::optional<double> cgroup_cpu_quota(const std::filesystem::path& root = "/");

/// Bytes, likewise.
std::optional<int64_t> cgroup_memory_limit(const std::filesystem::path& root = "/");

}  // namespace convoy
