#include "runtime/kernel/process.h"

#include <gtest/gtest.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace podrun {
namespace {

class ProcessTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto pid = clone_process(0, &pidfd_);
    ASSERT_TRUE(pid) << pid.error().what;
    if (*pid == 0) {
      ::pause();
      ::_exit(0);
    }
    pid_ = *pid;
  }
  void TearDown() override { end(); }
  void end() {
    if (pid_ == 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
  pid_t pid_ = 0;
  Fd pidfd_;
};

TEST_F(ProcessTest, IsKnownAgainWhileItLives) {
  const auto id = identify(pid_, pidfd_.get());
  ASSERT_TRUE(id);
  EXPECT_NE(id->start_time, 0U);
  EXPECT_TRUE(is_alive(*id));
  EXPECT_TRUE(open_process(*id));
}

TEST_F(ProcessTest, ReapedOrNotAProcessThatEndedIsGone) {
  const auto id = identify(pid_, pidfd_.get());
  ASSERT_TRUE(id);
  ::kill(pid_, SIGKILL);
  ASSERT_TRUE(wait_for_exit(pidfd_.get(), std::chrono::seconds(5)).value_or(false));
  EXPECT_FALSE(is_alive(*id)) << "a zombie counts as gone";
  end();
  EXPECT_FALSE(is_alive(*id));
}

// A reused pid is a process of that number that started at another time, with another inode.
TEST_F(ProcessTest, TheSameNumberStartedAtAnotherTimeIsSomebodyElse) {
  auto id = identify(pid_, pidfd_.get());
  ASSERT_TRUE(id);
  ProcessId before_pidfs = *id;
  before_pidfs.pidfd_inode = 0;
  EXPECT_TRUE(is_alive(before_pidfs));
  before_pidfs.start_time += 1;
  EXPECT_FALSE(is_alive(before_pidfs));
  if (id->pidfd_inode == 0) GTEST_SKIP() << "this kernel has no pidfs (Linux 6.9)";
  id->pidfd_inode += 1;
  EXPECT_FALSE(is_alive(*id));
}

TEST_F(ProcessTest, WaitingForOneThatRunsEndsAtTheLimit) {
  const auto ended = wait_for_exit(pidfd_.get(), std::chrono::milliseconds(5));
  ASSERT_TRUE(ended);
  EXPECT_FALSE(*ended);
}

// A child that makes us its tracer stops at its next exec and at each signal, and waitpid(2) says so.
TEST(NextEnded, TellsOfEndsAndOfNoStops) {
  for (const bool by_signal : {false, true}) {
    const auto pid = clone_process(0, nullptr);
    ASSERT_TRUE(pid);
    if (*pid == 0) {
      ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
      ::raise(SIGURG);  // is ignored, once delivered
      ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
      ::raise(SIGSTOP);
      if (by_signal) ::raise(SIGTERM);
      ::execl("/bin/true", "true", nullptr);
      ::_exit(99);
    }
    ::usleep(50'000);
    ::kill(*pid, SIGCONT);  // what stops it was delivered in the end
    Ended ended;
    for (int i = 0; i < 200 && ended.pid == 0; ++i) {
      ended = next_ended(-1, WNOHANG);
      if (ended.pid == 0) ::kill(*pid, SIGCONT);
      ::usleep(10'000);
    }
    ASSERT_EQ(ended.pid, *pid);
    if (by_signal)
      EXPECT_TRUE(WIFSIGNALED(ended.status) && WTERMSIG(ended.status) == SIGTERM) << ended.status;
    else
      EXPECT_EQ(ended.status, 0);
  }
  EXPECT_EQ(next_ended(-1, 0).pid, 0) << "no child is left";
}

TEST(ProcessId, NobodyIsNotAlive) { EXPECT_FALSE(is_alive(ProcessId{})); }

}  // namespace
}  // namespace podrun
