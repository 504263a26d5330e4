// Files as kernels have written them: v2 of Linux 6.1, v1 of Linux 6.18.
#include "runtime/usage/cgroup_usage.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "cni-invoker/base/tests/temp_dir.h"

namespace podrun {
namespace {

class CgroupUsageTest : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) const { std::ofstream(dir_ + "/" + name) << text; }
  CgroupUsage read(bool is_v2) const {
    return read_usage({.is_v2 = is_v2, .cpu = dir_, .cpuacct = is_v2 ? "" : dir_, .memory = dir_, .pids = dir_});
  }

  void write_v2() const {
    write("cpu.stat",
          "usage_usec 1500000\nuser_usec 1200000\nsystem_usec 300000\ncore_sched.force_idle_usec 0\nnr_periods 20\n"
          "nr_throttled 7\nthrottled_usec 250000\nnr_bursts 0\nburst_usec 0\n");
    write("memory.current", "10485760\n");
    write("memory.max", "67108864\n");
    write("memory.stat",
          "anon 4194304\nfile 6000000\nkernel 200000\nkernel_stack 16384\nshmem 4096\nfile_mapped 135168\n"
          "inactive_anon 4100096\nactive_anon 94208\ninactive_file 2097152\nactive_file 3900000\nunevictable 0\n"
          "pgfault 1234\npgmajfault 5\n");
    write("memory.events", "low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 0\n");
    write("pids.current", "3\n");
    write("pids.max", "2048\n");
  }
  void write_v1() const {
    write("cpuacct.usage", "1500000000\n");
    write("cpuacct.stat", "user 120\nsystem 30\n");
    write("cpu.stat", "nr_periods 20\nnr_throttled 7\nthrottled_time 250000000\nnr_bursts 0\nburst_time 0\n");
    write("memory.usage_in_bytes", "10485760\n");
    write("memory.stat",
          "cache 0\nrss 0\nshmem 0\npgfault 1\npgmajfault 0\ninactive_file 0\nhierarchical_memory_limit 67108864\n"
          "hierarchical_memsw_limit 67108864\ntotal_cache 6000000\ntotal_rss 4194304\ntotal_pgfault 1234\n"
          "total_pgmajfault 5\ntotal_inactive_file 2097152\ntotal_active_file 3900000\n");
    write("memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n");
    write("pids.current", "3\n");
    write("pids.max", "2048\n");
  }

  const cni::base::TempDir temp_;
  const std::string dir_ = temp_.path();
};

void expect_the_usual(const CgroupUsage& usage) {
  ASSERT_TRUE(usage.cpu && usage.memory && usage.pids);
  EXPECT_EQ(usage.cpu->usage, 1'500'000'000U);
  EXPECT_EQ(usage.cpu->user, 1'200'000'000U);
  EXPECT_EQ(usage.cpu->system, 300'000'000U);
  EXPECT_EQ(usage.cpu->periods, 20U);
  EXPECT_EQ(usage.cpu->throttled_periods, 7U);
  EXPECT_EQ(usage.cpu->throttled, 250'000'000U);
  EXPECT_EQ(usage.memory->usage, 10'485'760U);
  EXPECT_EQ(usage.memory->working_set, 10'485'760U - 2'097'152U);
  EXPECT_EQ(usage.memory->rss, 4'194'304U);
  EXPECT_EQ(usage.memory->limit, std::optional<std::uint64_t>(67'108'864));
  EXPECT_EQ(usage.memory->page_faults, 1234U);
  EXPECT_EQ(usage.memory->major_page_faults, 5U);
  EXPECT_EQ(usage.memory->oom_kills, 2U);
  EXPECT_EQ(usage.pids->current, 3U);
  EXPECT_EQ(usage.pids->limit, std::optional<std::uint64_t>(2048));
}

TEST_F(CgroupUsageTest, V2) {
  write_v2();
  expect_the_usual(read(true));
}

TEST_F(CgroupUsageTest, V1) {
  write_v1();
  expect_the_usual(read(false));
}

TEST_F(CgroupUsageTest, NoLimitIsNone) {
  write_v2();
  write("memory.max", "max\n");
  write("pids.max", "max\n");
  EXPECT_EQ(read(true).memory->limit, std::nullopt);
  EXPECT_EQ(read(true).pids->limit, std::nullopt);
  write_v1();
  write("memory.stat", "hierarchical_memory_limit 9223372036854771712\n");
  EXPECT_EQ(read(false).memory->limit, std::nullopt);
}

// It is read file after file, and the cache may shrink in between.
TEST_F(CgroupUsageTest, AWorkingSetIsNeverLessThanNothing) {
  write_v2();
  write("memory.current", "4096\n");
  EXPECT_EQ(read(true).memory->working_set, 0U);
}

TEST_F(CgroupUsageTest, WhatIsNotThereIsNotUsed) {
  EXPECT_TRUE(read(true).empty());
  EXPECT_TRUE(read(false).empty());
  EXPECT_TRUE(read_usage({.is_v2 = false, .cpu = "", .cpuacct = "", .memory = "", .pids = ""}).empty());
  write("pids.current", "1\n");
  EXPECT_TRUE(read(true).pids);
  EXPECT_FALSE(read(true).memory) << "a kernel without that controller";
}

TEST_F(CgroupUsageTest, ALineIsFoundByItsWholeKey) {
  write_v2();
  write("memory.stat", "anonymous 1\nxanon 2\nanon 3\nanon_thp 4\n");
  EXPECT_EQ(read(true).memory->rss, 3U);
}

}  // namespace
}  // namespace podrun
