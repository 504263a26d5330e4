// What containers nest deeply their host removes again.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "base/fd.h"
#include "base/files.h"
#include "integration/test_host.h"

namespace integration {
namespace {

class DeepTreeTest : public PodrunTest {
 protected:
  static void nest(const std::string& dir, int depth) {
    ASSERT_TRUE(base::make_dirs(dir));
    base::Fd here(::open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    for (int i = 0; i < depth; ++i) {
      ASSERT_EQ(::mkdirat(here.get(), "d", 0755), 0);
      here.reset(::openat(here.get(), "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    }
  }
};

TEST_F(DeepTreeTest, OfAContainerIsDeletedWithFewDescriptors) {
  if (!can_run({need::busybox()})) return;
  remember_world();
  ASSERT_TRUE(must_create(pod("web", {container("main", {"/bin/payload", "sleep"})})));
  std::string nested;
  for (int i = 0; i < 800; ++i) nested += "d/";
  const Output made = exec("web", {"sh", "-ec",
                                   "cd /tmp; mkdir -p " + nested + "; cd " + nested + "; mkdir -p " + nested +
                                       "; cd /tmp; mkdir closed; touch closed/f; chmod 0 closed"});
  ASSERT_EQ(made.status, 0) << made.err;
  Command command = podrun_command({"delete", "web", "--grace-period", "0"});
  command.argv.insert(command.argv.begin(), {"/bin/sh", "-c", "ulimit -n 64; exec \"$@\"", "sh"});
  const Output removed = run(command);
  EXPECT_EQ(removed.status, 0) << removed.err;
  EXPECT_EQ(phase("web"), "");
  expect_world_unchanged();
}

// After a reboot: what pods without a box left is taken away by the first create.
TEST_F(DeepTreeTest, OfAPodThatIsGoneStandsInNobodysWay) {
  remember_world();
  const std::string left = data_dir() + "/pods/" + std::string(64, 'a');
  nest(left + "/containers/main.0/upper", 5000);
  run({"rm", "-f", "/run/podrun/settled"});
  EXPECT_TRUE(must_create(pod("web", {container("main", {"/bin/payload", "sleep"})})));
  EXPECT_FALSE(base::path_exists(left));
  EXPECT_EQ(remove("web").status, 0);
}

TEST_F(DeepTreeTest, AMountInsideIsNamedAndLeftAlone) {
  remember_world();
  ASSERT_TRUE(must_create(pod("web", {container("main", {"/bin/payload", "sleep"})})));
  const std::string upper = data_dir() + "/pods/" + pod_id("web") + "/containers/main.0/upper";
  const std::string precious = dir() + "/precious";
  run({"mkdir", "-p", upper + "/mnt", precious + "/kept"});
  ASSERT_EQ(run({"mount", "--bind", precious, upper + "/mnt"}).status, 0);
  const Output refused = remove("web");
  EXPECT_NE(refused.status, 0);
  EXPECT_THAT(refused.err, testing::HasSubstr("something is mounted there"));
  EXPECT_TRUE(base::path_exists(precious + "/kept"));
  ASSERT_EQ(run({"umount", upper + "/mnt"}).status, 0);
  EXPECT_EQ(remove("web").status, 0);
  expect_world_unchanged();
}

}  // namespace
}  // namespace integration
