#include "runtime/kernel/cgroup_host.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace podrun {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> mounts_of(const CgroupHost& host) {
  std::vector<std::string> mounts;
  for (const auto& hierarchy : host.v1) mounts.push_back(hierarchy.name() + " at " + hierarchy.mount);
  return mounts;
}

// systemd 252 with systemd.unified_cgroup_hierarchy=0 systemd.legacy_systemd_cgroup_controller=1.
const std::string kLegacy =
    "21 1 254:0 / / rw,noatime shared:1 - ext4 /dev/vda rw\n"
    "28 22 0:25 / /sys/fs/cgroup ro,nosuid,nodev,noexec shared:8 - tmpfs tmpfs ro,size=4096k,nr_inodes=1024,mode=755\n"
    "29 28 0:26 / /sys/fs/cgroup/systemd rw,nosuid shared:9 - cgroup cgroup rw,xattr,release_agent=/x,name=systemd\n"
    "33 28 0:30 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid,nodev,noexec,relatime shared:13 - cgroup cgroup rw,cpu,cpuacct\n"
    "34 28 0:31 / /sys/fs/cgroup/net_cls,net_prio rw,nosuid shared:14 - cgroup cgroup rw,net_cls,net_prio\n"
    "35 28 0:32 / /sys/fs/cgroup/memory rw,nosuid shared:15 - cgroup cgroup rw,memory\n"
    "36 28 0:33 / /sys/fs/cgroup/devices rw,nosuid shared:16 - cgroup cgroup rw,devices\n"
    "37 28 0:34 / /sys/fs/cgroup/pids rw,nosuid shared:17 - cgroup cgroup rw,pids\n";
const std::string kUnified =
    "30 28 0:27 / /sys/fs/cgroup/unified rw,nosuid shared:10 - cgroup2 cgroup2 rw,nsdelegate\n";

TEST(CgroupHost, ControllersMountedTogetherAreOneHierarchy) {
  const auto host = cgroup_host_from(kLegacy);
  ASSERT_TRUE(host) << host.error().what;
  EXPECT_EQ(host->mode, CgroupHost::Mode::v1);
  EXPECT_EQ(host->unified, "");
  EXPECT_THAT(mounts_of(*host),
              ElementsAre("cpu,cpuacct at /sys/fs/cgroup/cpu,cpuacct", "memory at /sys/fs/cgroup/memory",
                          "devices at /sys/fs/cgroup/devices", "pids at /sys/fs/cgroup/pids"));
  ASSERT_NE(host->with("cpuacct"), nullptr);
  EXPECT_EQ(host->with("cpuacct"), host->with("cpu"));
  EXPECT_EQ(host->with("net_cls"), nullptr) << "none that we use";
}

TEST(CgroupHost, WhatFewAskForIsFoundAndKeptApart) {
  const auto host = cgroup_host_from(kLegacy + "38 28 0:35 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n");
  ASSERT_TRUE(host) << host.error().what;
  EXPECT_EQ(mounts_of(*host).size(), 4U);
  ASSERT_NE(host->with("cpuset"), nullptr);
  EXPECT_EQ(host->with("cpuset")->mount, "/sys/fs/cgroup/cpuset");
  EXPECT_EQ(host->with("hugetlb"), nullptr);
  const auto alone = cgroup_host_from(kUnified + "38 28 0:35 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n");
  EXPECT_EQ(alone->mode, CgroupHost::Mode::v2) << "what pods are in is v2's";
}

TEST(CgroupHost, V2BesideIsHybrid) {
  const auto host = cgroup_host_from(kLegacy + kUnified);
  ASSERT_TRUE(host) << host.error().what;
  EXPECT_EQ(host->mode, CgroupHost::Mode::hybrid);
  EXPECT_EQ(host->unified, "/sys/fs/cgroup/unified");
}

TEST(CgroupHost, MountsAreTakenWhereTheyAre) {
  const auto host = cgroup_host_from("30 28 0:27 / /mnt/all\\040of\\040it rw - cgroup2 none rw\n");
  ASSERT_TRUE(host) << host.error().what;
  EXPECT_EQ(host->mode, CgroupHost::Mode::v2);
  EXPECT_EQ(host->unified, "/mnt/all of it");
}

TEST(CgroupHost, TheLastWholeMountIsTaken) {
  const auto host = cgroup_host_from(
      "30 28 0:30 / /old/pids rw - cgroup cgroup rw,pids\n"
      "31 28 0:30 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n"
      "32 28 0:30 /some/job /srv/jail/pids rw - cgroup cgroup rw,pids\n");
  ASSERT_TRUE(host) << host.error().what;
  EXPECT_THAT(mounts_of(*host), ElementsAre("pids at /sys/fs/cgroup/pids"));
}

TEST(CgroupHost, APartIsTakenWhereThereIsNoMore) {
  const auto host = cgroup_host_from("32 28 0:30 /docker/abc /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n");
  ASSERT_TRUE(host) << host.error().what;
  EXPECT_THAT(mounts_of(*host), ElementsAre("pids at /sys/fs/cgroup/pids"));
}

TEST(CgroupHost, NoneAtAllIsTold) {
  const auto host = cgroup_host_from("29 28 0:26 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd\n");
  ASSERT_FALSE(host);
  EXPECT_EQ(host.error().kind, Kind::unsupported);
  EXPECT_THAT(host.error().what, HasSubstr("mount -t cgroup2"));
}

}  // namespace
}  // namespace podrun
