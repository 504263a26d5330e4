// The real program as pid 1 of a real pid namespace.
#include <elf.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <functional>
#include <string>
#include <thread>

#include "base/files.h"
#include "runtime/kernel/seccomp.h"

namespace podrun {
namespace {

using std::chrono_literals::operator""ms;
constexpr auto kLimit = 1000ms;

bool eventually(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + kLimit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(1ms);
  }
  return true;
}

// A field of proc_pid_status(5), without its label.
std::string status_field(pid_t pid, const std::string& label) {
  const std::string status = "\n" + base::read_file("/proc/" + std::to_string(pid) + "/status").value_or("");
  const std::string before = "\n" + label + ":\t";
  const auto at = status.find(before);
  if (at == std::string::npos) return "";
  const auto start = at + before.size();
  return status.substr(start, status.find('\n', start) - start);
}

// Dead or alive, all whose parent is `parent`.
int count_children(pid_t parent) {
  int count = 0;
  for (const std::string& name : base::list_dir("/proc").value_or({}))
    if (name.find_first_not_of("0123456789") == std::string::npos &&
        status_field(std::stoi(name), "PPid") == std::to_string(parent))
      ++count;
  return count;
}

// The parameter: whether pause runs under its own seccomp profile.
class Pause : public testing::TestWithParam<bool> {
 protected:
  // `before_exec` runs as pid 1 of the new namespace.
  void start(const std::function<void()>& before_exec = [] {}) {
    stop();
    pid_ = static_cast<pid_t>(::syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, nullptr, nullptr, nullptr, nullptr));
    if (pid_ == 0) {
      before_exec();
      if (GetParam() && (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || !seccomp::install(seccomp::pause_profile())))
        ::_exit(100);
      ::execl(PAUSE_PATH, "pause", nullptr);
      ::_exit(101);
    }
    if (pid_ < 0) GTEST_SKIP() << "cannot make a pid namespace: " << std::strerror(errno);
    pidfd_ = Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  }

  // It has become pause and waits. (Its SigBlk says nothing: the kernel unblocks what rt_sigtimedwait waits for.)
  bool settled() const {
    return eventually([&] { return status_field(pid_, "Name") == "pause" && status_field(pid_, "State")[0] == 'S'; });
  }

  // Its wait status, or -1 while it still runs after the limit.
  int ended() {
    pollfd event{.fd = pidfd_.get(), .events = POLLIN, .revents = 0};
    if (::poll(&event, 1, static_cast<int>(kLimit.count())) != 1) return -1;
    int status = -1;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return status;
  }

  // Runs `action` in a process of the namespace that is no child of pause; true: it left with 0.
  bool inside(const std::function<bool()>& action) const {
    const pid_t outer = ::fork();
    if (outer == 0) {
      if (::setns(pidfd_.get(), CLONE_NEWPID) != 0) ::_exit(1);
      const pid_t inner = ::fork();
      if (inner == 0) ::_exit(action() ? 0 : 1);
      int status = -1;
      ::waitpid(inner, &status, 0);
      ::_exit(status == 0 ? 0 : 1);
    }
    int status = -1;
    ::waitpid(outer, &status, 0);
    return status == 0;
  }

  void stop() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }
  void TearDown() override { stop(); }

  pid_t pid_ = -1;
  Fd pidfd_;
};

INSTANTIATE_TEST_SUITE_P(Seccomp, Pause, testing::Bool(), [](const testing::TestParamInfo<bool>& own) {
  return own.param ? std::string("OwnProfile") : std::string("None");
});

TEST_P(Pause, LeavesAtOnceOnTermAndInt) {
  for (const int signal : {SIGTERM, SIGINT}) {
    start();
    if (IsSkipped()) return;
    ASSERT_TRUE(settled());
    ::kill(pid_, signal);
    EXPECT_EQ(ended(), 0) << ::strsignal(signal);
  }
}

TEST_P(Pause, LeavesWhenAskedFromInside) {
  start();
  if (IsSkipped()) return;
  ASSERT_TRUE(settled());
  // The helpers are killed with the namespace, so nothing is expected of their own status.
  inside([] { return ::kill(1, SIGTERM) == 0; });
  EXPECT_EQ(ended(), 0);
}

TEST_P(Pause, LeavesWhenTheSignalWasThereBeforeIt) {
  start([] {
    sigset_t term;
    ::sigemptyset(&term);
    ::sigaddset(&term, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &term, nullptr);
    ::kill(::getpid(), SIGTERM);
  });
  if (IsSkipped()) return;
  EXPECT_EQ(ended(), 0);
}

TEST_P(Pause, OutlivesEveryOtherSignalAndQueuesNone) {
  start();
  if (IsSkipped()) return;
  ASSERT_TRUE(settled());
  for (int signal = 1; signal <= SIGRTMAX; ++signal)
    if (signal != SIGTERM && signal != SIGINT && signal != SIGKILL && signal != SIGSTOP) ::kill(pid_, signal);
  EXPECT_TRUE(eventually([&] { return status_field(pid_, "ShdPnd") == "0000000000000000"; }));
  EXPECT_EQ(status_field(pid_, "State"), "S (sleeping)");
}

TEST_P(Pause, GoesOnAfterAStop) {
  start();
  if (IsSkipped()) return;
  ASSERT_TRUE(settled());
  ::kill(pid_, SIGSTOP);
  EXPECT_TRUE(eventually([&] { return status_field(pid_, "State").starts_with("T"); }));
  ::kill(pid_, SIGCONT);
  EXPECT_TRUE(eventually([&] { return status_field(pid_, "State").starts_with("S"); }));
  ::kill(pid_, SIGTERM);
  EXPECT_EQ(ended(), 0);
}

TEST_P(Pause, ReapsOrphansThatDieTogether) {
  constexpr int kOrphans = 20;
  start();
  if (IsSkipped()) return;
  ASSERT_TRUE(settled());
  int ends[2] = {-1, -1};
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  Fd reader(ends[0]);
  Fd writer(ends[1]);
  ASSERT_TRUE(inside([&] {
    writer.reset();
    for (int i = 0; i < kOrphans; ++i) {
      const pid_t child = ::fork();
      if (child < 0) return false;
      char byte = 0;
      if (child == 0) ::_exit(::read(reader.get(), &byte, 1) == 0 ? 0 : 1);  // lives until the test closes its end
    }
    return true;  // their parent leaves, and pause inherits them
  }));
  EXPECT_TRUE(eventually([&] { return count_children(pid_) == kOrphans; })) << count_children(pid_);
  writer.reset();
  EXPECT_TRUE(eventually([&] { return count_children(pid_) == 0; })) << count_children(pid_);
}

TEST_P(Pause, ReapsWhatDiedBeforeItCame) {
  start([] {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(0);
    siginfo_t info{};
    ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT);  // dead, and not taken
    sigset_t chld;
    ::sigemptyset(&chld);
    ::sigaddset(&chld, SIGCHLD);
    ::sigprocmask(SIG_UNBLOCK, &chld, nullptr);
  });
  if (IsSkipped()) return;
  ASSERT_TRUE(settled());
  EXPECT_TRUE(eventually([&] { return count_children(pid_) == 0; }));
}

// The owner of what is in /proc/PID is root's where tracing is out of the question, proc_pid(5).
TEST_P(Pause, IsUndumpable) {
  start([] {
    if (::setresuid(65534, 65534, 65534) != 0) ::_exit(102);
  });
  if (IsSkipped()) return;
  ASSERT_TRUE(settled());
  struct stat info {};
  ASSERT_EQ(::stat(("/proc/" + std::to_string(pid_) + "/environ").c_str(), &info), 0);
  EXPECT_EQ(info.st_uid, 0U);
}

TEST_P(Pause, HoldsAFewPages) {
  start();
  if (IsSkipped()) return;
  ASSERT_TRUE(settled());
  const std::string rollup = base::read_file("/proc/" + std::to_string(pid_) + "/smaps_rollup").value_or("");
  const auto at = rollup.find("\nPss:");
  ASSERT_NE(at, std::string::npos) << rollup;
  const int kilobytes = std::stoi(rollup.substr(at + 5));
  RecordProperty("pss_kB", kilobytes);
  EXPECT_LE(kilobytes, 32);
}

TEST(PauseFile, IsSmallAndNeedsNothing) {
  const std::string file = base::read_file(PAUSE_PATH).value_or("");
  ASSERT_GT(file.size(), sizeof(Elf64_Ehdr));
  EXPECT_LT(file.size(), 16U * 1024U);
  Elf64_Ehdr header{};
  std::memcpy(&header, file.data(), sizeof header);
  bool stack_seen = false;
  for (std::size_t i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr part{};
    ASSERT_LE(header.e_phoff + (i + 1) * sizeof part, file.size());
    std::memcpy(&part, file.data() + header.e_phoff + i * sizeof part, sizeof part);
    EXPECT_NE(part.p_type, Elf64_Word{PT_INTERP});
    EXPECT_NE(part.p_type, Elf64_Word{PT_DYNAMIC});
    EXPECT_FALSE(part.p_type == PT_LOAD && (part.p_flags & PF_W) != 0) << "writable data";
    if (part.p_type != PT_GNU_STACK) continue;
    stack_seen = true;
    EXPECT_EQ(part.p_flags & PF_X, 0U) << "an executable stack";
  }
  EXPECT_TRUE(stack_seen) << "without PT_GNU_STACK the stack is executable";
}

}  // namespace
}  // namespace podrun
