#include "runtime/cgroup.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace convoy {
namespace {

namespace fs = std::filesystem;

/// A machine's files in a folder that goes away with the test.
class Cgroup : public testing::Test {
 protected:
  Cgroup() : root_(fs::path(testing::TempDir()) / ("convoy-cgroup-" + std::to_string(getpid()))) {}
  ~Cgroup() override { fs::remove_all(root_); }

  void write(const fs::path& file, const std::string& text) {
    fs::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file) << text;
  }
  void mount_v2(const std::string& root = "/") {
    write("proc/self/mountinfo", "23 1 0:20 / / rw - ext4 /dev/vda rw\n30 23 0:27 " + root +
                                     " /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n");
  }
  void mount_v1() {
    write("proc/self/mountinfo",
          "31 23 0:28 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct\n"
          "32 23 0:29 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n");
  }
  std::optional<double> quota() { return cgroup_cpu_quota(root_); }

  fs::path root_;
};

TEST_F(Cgroup, NoFilesNoQuota) {
  EXPECT_EQ(quota(), std::nullopt);
}

TEST_F(Cgroup, Version2) {
  mount_v2();
  write("proc/self/cgroup", "0::/jobs/mine\n");
  write("sys/fs/cgroup/jobs/mine/cpu.max", "250000 100000\n");
  EXPECT_EQ(quota(), 2.5);
}

TEST_F(Cgroup, TheLeastQuotaOnTheWayCounts) {
  mount_v2();
  write("proc/self/cgroup", "0::/jobs/mine\n");
  write("sys/fs/cgroup/jobs/cpu.max", "150000 100000\n");
  write("sys/fs/cgroup/jobs/mine/cpu.max", "800000 100000\n");
  EXPECT_EQ(quota(), 1.5);
  write("sys/fs/cgroup/jobs/cpu.max", "max 100000\n");
  EXPECT_EQ(quota(), 8);
}

TEST_F(Cgroup, InAContainer) {
  // The process's own group is mounted, or its path lies outside of what is.
  mount_v2("/docker/1234");
  write("sys/fs/cgroup/cpu.max", "300000 100000\n");
  for (const char* path : {"/docker/1234", "/../elsewhere", "/"}) {
    write("proc/self/cgroup", std::string("0::") + path + "\n");
    EXPECT_EQ(quota(), 3) << path;
  }
}

TEST_F(Cgroup, Version1) {
  mount_v1();
  write("proc/self/cgroup", "5:memory:/other\n4:cpu,cpuacct:/slice/mine\n");
  write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
  write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(quota(), std::nullopt);
  write("sys/fs/cgroup/cpu,cpuacct/slice/mine/cpu.cfs_quota_us", "400000\n");
  write("sys/fs/cgroup/cpu,cpuacct/slice/mine/cpu.cfs_period_us", "50000\n");
  EXPECT_EQ(quota(), 8);
}

TEST_F(Cgroup, Memory) {
  EXPECT_EQ(cgroup_memory_limit(root_), std::nullopt);
  mount_v2();
  write("proc/self/cgroup", "0::/jobs/mine\n");
  write("sys/fs/cgroup/jobs/mine/memory.max", "max\n");
  EXPECT_EQ(cgroup_memory_limit(root_), std::nullopt);
  write("sys/fs/cgroup/jobs/memory.max", "6000000000\n");
  EXPECT_EQ(cgroup_memory_limit(root_), 6000000000);
}

TEST_F(Cgroup, MemoryInVersion1) {
  mount_v1();
  write("proc/self/cgroup", "5:memory:/mine\n4:cpu,cpuacct:/slice\n");
  write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  EXPECT_EQ(cgroup_memory_limit(root_), std::nullopt);
  write("sys/fs/cgroup/memory/mine/memory.limit_in_bytes", "4096000\n");
  EXPECT_EQ(cgroup_memory_limit(root_), 4096000);
}

TEST_F(Cgroup, DamagedFilesAreNoQuota) {
  mount_v2();
  write("proc/self/cgroup", "nonsense\n0::/a\n");
  write("sys/fs/cgroup/a/cpu.max", "lots of time\n");
  EXPECT_EQ(quota(), std::nullopt);
  write("proc/self/mountinfo", "- - -\n\n1 2 - cgroup2\n");
  EXPECT_EQ(quota(), std::nullopt);
}

}  // namespace
}  // namespace convoy
