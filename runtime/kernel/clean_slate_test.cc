#include "runtime/kernel/clean_slate.h"

#include <gtest/gtest.h>
#include <linux/keyctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace podrun {
namespace {

// In a process of its own: true when `check` was, after `set` and a clean slate.
template <class Set, class Check>
bool is_clean(Set set, Check check) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    set();
    if (check()) ::_exit(2);  // nothing was set, so nothing is shown
    clean_slate();
    ::_exit(check() ? 0 : 1);
  }
  int status = -1;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST(CleanSlate, HasNoKeysOfTheOldSession) {
  constexpr const char* kName = "podrun-test-of-a-session";
  const auto join = [&] {
    ::syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr);
    ::syscall(SYS_add_key, "user", kName, "x", 1, KEY_SPEC_SESSION_KEYRING);
  };
  EXPECT_TRUE(is_clean(
      join, [&] { return ::syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, "user", kName, 0) < 0; }));
}

TEST(CleanSlate, HasEverySignalAtItsDefault) {
  for (const int number : {SIGCHLD, SIGPIPE, SIGRTMIN, 32})
    EXPECT_TRUE(is_clean(
        [=] {
          void* const ignore[4] = {reinterpret_cast<void*>(SIG_IGN), nullptr, nullptr, nullptr};
          ::syscall(SYS_rt_sigaction, number, ignore, nullptr, 8);
        },
        [=] {
          void* now[4] = {};
          ::syscall(SYS_rt_sigaction, number, nullptr, now, 8);
          return now[0] == nullptr;
        }))
        << number;
}

TEST(CleanSlate, KeepsAHardLimitThatCannotBeRaised) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root, to become somebody who may not raise a limit";
  const pid_t pid = ::fork();
  if (pid == 0) {
    const rlimit low{100, 200};
    ::setrlimit(RLIMIT_NOFILE, &low);
    if (::setresuid(65534, 65534, 65534) != 0) ::_exit(2);
    clean_slate();
    rlimit now{};
    ::getrlimit(RLIMIT_NOFILE, &now);
    ::_exit(now.rlim_cur == 200 && now.rlim_max == 200 ? 0 : 1);
  }
  int status = -1;
  ::waitpid(pid, &status, 0);
  EXPECT_EQ(status, 0);
}

TEST(CleanSlate, LetsAnOomScoreStayThatCannotBeLowered) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    if (!set_oom_score_adj(500)) ::_exit(2);
    if (::setresuid(65534, 65534, 65534) != 0) ::_exit(0);
    ::_exit(set_oom_score_adj(0) ? 0 : 1);
  }
  int status = -1;
  ::waitpid(pid, &status, 0);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace podrun
