// Leaves behind on purpose what the kit's world has not, and sees it named. (The rest is in the kit's world_test.)
#include "integration/world.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

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
    scope_ = {{"/run/world"}, {}, ""};
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

TEST_F(WorldTest, NamesAPinnedNamespace) {
  ASSERT_TRUE(must({"ip", "netns", "add", "left"}));
  EXPECT_THAT(change(), Contains(HasSubstr("left: mount /run/netns/left type nsfs")));
  ASSERT_TRUE(must({"ip", "netns", "del", "left"}));
}

TEST_F(WorldTest, NamesAProcessAndItsNamespaces) {
  const pid_t pid = start({"unshare", "--uts", "sleep", "1000"}, "/dev/null");
  EXPECT_TRUE(eventually([&] {
    const auto changes = change();
    return testing::Matches(Contains("left: process sleep: sleep 1000"))(changes) &&
           testing::Matches(Contains(HasSubstr("left: namespace of a process uts:[")))(changes);
  }));
  ::kill(pid, SIGKILL);
  wait_for(pid);
  EXPECT_THAT(change(), IsEmpty());
}

TEST_F(WorldTest, SeesOrphansReaped) {
  ASSERT_TRUE(must({"sh", "-c", "sleep " + std::to_string(0.3 * slow_factor()) + " & exit 0"}));
  EXPECT_THAT(change(), Contains(AllOf(HasSubstr("left: process"), HasSubstr("sleep "))));  // it may be a shell yet
  EXPECT_TRUE(eventually([&] { return change().empty(); })) << "pid 1 of the tests' host does not reap";
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
