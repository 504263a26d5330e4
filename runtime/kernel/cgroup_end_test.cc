#include "runtime/kernel/cgroup_end.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "cni-invoker/base/tests/temp_dir.h"
#include "runtime/kernel/process.h"

namespace podrun {
namespace {

// A directory that lists processes as one of cgroup v1 does, without cgroup.kill.
class KillOnceTest : public testing::Test {
 protected:
  void list(pid_t pid) const { std::ofstream(dir_ + "/cgroup.procs") << pid << "\n"; }

  const cni::base::TempDir temp_;
  const std::string dir_ = temp_.path();
};

TEST_F(KillOnceTest, EndsWhoIsListed) {
  const auto listed = clone_process(0, nullptr);
  ASSERT_TRUE(listed) << listed.error().what;
  if (*listed == 0) {
    ::pause();
    ::_exit(0);
  }
  list(*listed);
  EXPECT_FALSE(kill_once(dir_));
  EXPECT_EQ(next_ended(*listed, 0).status, SIGKILL);
}

TEST_F(KillOnceTest, IsDoneWhereNobodyIs) {
  EXPECT_TRUE(kill_once(dir_));
  EXPECT_TRUE(kill_once(dir_ + "/gone"));
}

}  // namespace
}  // namespace podrun
