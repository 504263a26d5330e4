// Leaves each kind of thing behind on purpose, and sees it named.
#include "integration/world.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "integration/command.h"
#include "integration/needs.h"

namespace integration {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

class WorldTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!can_run({need::root()})) return;
    ::mkdir("/run/world", 0755);
    scope_ = {{"/run/world"}, {"/run/world/excluded"}, ""};
    before_ = look_at_world(scope_);
  }
  void TearDown() override { static_cast<void>(run({"rm", "-rf", "/run/world"})); }

  std::vector<std::string> change() { return difference(before_, look_at_world(scope_)); }
  bool must(std::vector<std::string> argv) {
    const Output output = run(std::move(argv));
    EXPECT_EQ(output.status, 0) << output.err;
    return output.status == 0;
  }

  WorldScope scope_;
  World before_;
};

TEST_F(WorldTest, IsTheSameWhenNothingHappened) { EXPECT_THAT(change(), IsEmpty()); }

TEST_F(WorldTest, NamesALinkWithItsMasterAndAddress) {
  ASSERT_TRUE(must({"ip", "link", "add", "left0", "type", "bridge"}));
  ASSERT_TRUE(must({"ip", "addr", "add", "10.99.0.1/24", "dev", "left0"}));
  EXPECT_THAT(change(), Contains(HasSubstr("left: link left0 type bridge")));
  EXPECT_THAT(change(), Contains("left: address 10.99.0.1/24 on left0"));
  ASSERT_TRUE(must({"ip", "link", "del", "left0"}));
  EXPECT_THAT(change(), IsEmpty());
}

TEST_F(WorldTest, NamesARouteAndARule) {
  ASSERT_TRUE(must({"ip", "route", "add", "blackhole", "10.98.0.0/16", "table", "77"}));
  ASSERT_TRUE(must({"ip", "-6", "rule", "add", "from", "fd00::/64", "lookup", "77"}));
  EXPECT_THAT(change(), Contains(AllOf(HasSubstr("left: route 10.98.0.0/16"), HasSubstr("table 77"))));
  EXPECT_THAT(change(), Contains(AllOf(HasSubstr("left: rule -6"), HasSubstr("fd00::"))));
  ASSERT_TRUE(must({"ip", "route", "flush", "table", "77"}));
  ASSERT_TRUE(must({"ip", "-6", "rule", "del", "from", "fd00::/64", "lookup", "77"}));
}

TEST_F(WorldTest, SeesThatLoWentDown) {
  ASSERT_TRUE(must({"ip", "link", "set", "lo", "down"}));
  EXPECT_THAT(change(), Contains(HasSubstr("lost: link lo")));
  EXPECT_THAT(change(), Contains("lost: route 127.255.255.255 type broadcast on lo table local"));
  ASSERT_TRUE(must({"ip", "link", "set", "lo", "up"}));
}

TEST_F(WorldTest, NamesAPacketFilterRuleAndNoCounter) {
  if (!can_run({need::program("nft")})) return;
  ASSERT_TRUE(must({"nft", "add", "table", "inet", "left"}));
  ASSERT_TRUE(must({"nft", "add chain inet left input { type filter hook input priority 0; }"}));
  ASSERT_TRUE(must({"nft", "add rule inet left input tcp dport 4711 counter accept"}));
  EXPECT_THAT(change(), Contains(AllOf(HasSubstr("left: nftables"), HasSubstr("4711"), Not(HasSubstr("packets")))));
  ASSERT_TRUE(must({"nft", "delete", "table", "inet", "left"}));
  EXPECT_THAT(change(), IsEmpty());
}

TEST_F(WorldTest, NamesAnIptablesRule) {
  if (!can_run({need::program("iptables"), need::program("nft")})) return;
  ASSERT_TRUE(must({"iptables", "-A", "INPUT", "-s", "10.97.0.1", "-j", "ACCEPT"}));
  EXPECT_THAT(change(), Contains(AllOf(HasSubstr("left: "), HasSubstr("10.97.0.1"))));
  ASSERT_TRUE(must({"iptables", "-D", "INPUT", "-s", "10.97.0.1", "-j", "ACCEPT"}));
}

TEST_F(WorldTest, NamesAMount) {
  ASSERT_EQ(::mount("tmpfs", "/run/world", "tmpfs", 0, nullptr), 0);
  EXPECT_THAT(change(), Contains("left: mount /run/world type tmpfs root /"));
  ASSERT_EQ(::umount("/run/world"), 0);
  EXPECT_THAT(change(), IsEmpty());
}

TEST_F(WorldTest, NamesAPinnedNamespace) {
  ASSERT_TRUE(must({"ip", "netns", "add", "left"}));
  EXPECT_THAT(change(), Contains(HasSubstr("left: pinned namespace /run/netns/left net:[")));
  EXPECT_THAT(change(), Contains(HasSubstr("left: mount /run/netns/left type nsfs")));
  ASSERT_TRUE(must({"ip", "netns", "del", "left"}));
}

TEST_F(WorldTest, NamesAProcessAndItsNamespaces) {
  const pid_t pid = start({"unshare", "--uts", "sleep", "1000"}, "/dev/null");
  EXPECT_TRUE(eventually([&] {
    const auto changes = change();
    return testing::Matches(Contains("left: process sleep: sleep 1000 "))(changes) &&
           testing::Matches(Contains(HasSubstr("left: namespace of a process uts:[")))(changes);
  }));
  ::kill(pid, SIGKILL);
  wait_for(pid);
  EXPECT_THAT(change(), IsEmpty());
}

TEST_F(WorldTest, SeesOrphansReaped) {
  ASSERT_TRUE(must({"sh", "-c", "sleep " + std::to_string(0.3 * slow_factor()) + " & exit 0"}));
  EXPECT_THAT(change(), Contains(HasSubstr("left: process sleep")));
  EXPECT_TRUE(eventually([&] { return change().empty(); })) << "pid 1 of the tests' host does not reap";
}

TEST_F(WorldTest, NamesFilesLinksAndDirectoriesButNotExcludedOnes) {
  ASSERT_TRUE(must({"mkdir", "-p", "/run/world/dir", "/run/world/excluded/sub"}));
  ASSERT_TRUE(must({"ln", "-s", "nowhere", "/run/world/link"}));
  std::ofstream("/run/world/dir/file") << "12345";
  EXPECT_THAT(change(),
              testing::UnorderedElementsAre("left: directory /run/world/dir", "left: link /run/world/link to nowhere",
                                            "left: file /run/world/dir/file of 5 bytes"));
}

TEST_F(WorldTest, NamesADescriptorOfOurs) {
  const int fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  EXPECT_THAT(change(), Contains(HasSubstr(" of the test: /dev/null")));
  ::close(fd);
  EXPECT_THAT(change(), IsEmpty());
}

TEST_F(WorldTest, NamesACgroupInEveryHierarchy) {
  const std::string parent = "/podrun-world-" + std::to_string(::getpid());
  scope_.cgroup_parent = parent;
  const std::string base =
      run({"sh", "-c", "awk '$3 ~ /^cgroup/ { print $2 }' /proc/self/mounts | tail -n1 | tr -d '\\n'"}).out;
  ASSERT_FALSE(base.empty());
  ASSERT_TRUE(must({"mkdir", "-p", base + parent + "/left"}));
  EXPECT_THAT(change(), testing::ElementsAre("left: cgroup " + base + parent + "/left"));
  ASSERT_TRUE(must({"rmdir", base + parent + "/left", base + parent}));
}

}  // namespace
}  // namespace integration
