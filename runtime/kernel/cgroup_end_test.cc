#include "runtime/kernel/cgroup_end.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "runtime/kernel/process.h"
#include "runtime/kernel/seccomp.h"

namespace podrun {
namespace {

// A directory that lists processes as one of cgroup v1 does, without cgroup.kill.
class KillOnceTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_NE(::mkdtemp(dir_.data()), nullptr); }
  void TearDown() override { std::filesystem::remove_all(dir_); }
  void list(pid_t pid) const { std::ofstream(dir_ + "/cgroup.procs") << pid << "\n"; }

  std::string dir_ = "/tmp/kill-once.XXXXXX";
};

TEST_F(KillOnceTest, EndsWhoIsListedUnderTheShimsOwnFilter) {
  const auto listed = clone_process(0, nullptr);
  ASSERT_TRUE(listed) << listed.error().what;
  if (*listed == 0) {
    ::pause();
    ::_exit(0);
  }
  list(*listed);
  const auto shim = clone_process(0, nullptr);
  ASSERT_TRUE(shim) << shim.error().what;
  if (*shim == 0) ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (*shim == 0) ::_exit(seccomp::install(seccomp::shim_profile()) && !kill_once(dir_) ? 0 : 1);
  EXPECT_EQ(next_ended(*shim, 0).status, 0);
  EXPECT_EQ(next_ended(*listed, 0).status, SIGKILL);
}

TEST_F(KillOnceTest, IsDoneWhereNobodyIs) {
  EXPECT_TRUE(kill_once(dir_));
  EXPECT_TRUE(kill_once(dir_ + "/gone"));
}

}  // namespace
}  // namespace podrun
