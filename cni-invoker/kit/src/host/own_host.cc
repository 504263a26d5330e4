#include "kit/src/host/own_host.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <utility>

#include "cni/base/files.h"
#include "cni/base/try.h"
#include "kit/src/host/netns.h"

namespace cni::kit {
namespace {

// Nobody in the host has them: each reaches what all of the machine shares.
void drop_reach() {
  for (const int capability : {CAP_SYS_TIME, CAP_MKNOD, CAP_SYS_RAWIO, CAP_SYS_BOOT, CAP_WAKE_ALARM})
    ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
  constexpr rlimit kNoCore{0, 0};
  ::setrlimit(RLIMIT_CORE, &kNoCore);  // where it would be written is the machine's setting
}

Result<OwnHost> set_up() {
  OwnHost host = TRY(furnish());
  TRY(bring_lo_up());
  drop_reach();
  return host;
}

// pid 1: takes in whatever lost its parent, until the work is done.
[[noreturn]] void be_init(pid_t worker) {
  for (;;) {
    const pid_t ended = ::wait(nullptr);
    if (ended == worker || (ended < 0 && errno != EINTR)) ::_exit(0);
  }
}

// An error goes with a mark and its kind in front, all else with another mark.
constexpr char kOutcome = '=', kFailure = '!';
constexpr std::size_t kLongest = std::size_t{1} << 30U;  // of a report

std::string packed(const Result<std::string>& outcome) {
  if (outcome) return kOutcome + *outcome;
  return kFailure + std::string(1, static_cast<char>('a' + static_cast<int>(outcome.error().kind))) +
         outcome.error().what;
}

Result<std::string> set_up_and_work(const WorkInHost& work, const Result<OwnHost>& host) {
  if (!host) return Error{Kind::unsupported, host.error().error_number, "make a host: " + host.error().what};
  return work(*host);
}

[[noreturn]] void live(const WorkInHost& work, const Fd& report) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const auto host = set_up();
  const pid_t worker = ::fork();
  if (worker > 0) be_init(worker);
  static_cast<void>(base::write_all(report.get(), packed(set_up_and_work(work, host)), "report"));
  ::_exit(0);
}

}  // namespace

RunningHost::~RunningHost() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);  // its pid 1 goes with it, and everything in the host
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

Result<RunningHost> start_in_own_host(const WorkInHost& work) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return Error::system(errno, "make a pipe");
  Fd ours(ends[0]);
  const Fd theirs(ends[1]);
  // Two steps: only the child of the one that unshares is in the new pid namespace.
  const pid_t pid = ::fork();
  if (pid < 0) return Error::system(errno, "start a process");
  if (pid > 0) return RunningHost(pid, std::move(ours));
  ours.reset();
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::setsid();
  if (::unshare(CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS) != 0) {
    const Result<OwnHost> none = Error::system(errno, "make namespaces");
    static_cast<void>(base::write_all(theirs.get(), packed(set_up_and_work(work, none)), "report"));
    ::_exit(1);
  }
  const pid_t init = ::fork();
  if (init == 0) live(work, theirs);
  ::waitpid(init, nullptr, 0);
  ::_exit(0);
}

Result<std::optional<std::string>> outcome_of(const std::string& report) {
  if (report.size() > 1 && report[0] == kFailure) return Error{static_cast<Kind>(report[1] - 'a'), 0, report.substr(2)};
  if (report.empty() || report[0] != kOutcome) return std::optional<std::string>();
  return std::optional(report.substr(1));
}

Result<std::string> in_own_host(const WorkInHost& work) {
  const RunningHost host = TRY(start_in_own_host(work));
  auto outcome = TRY(outcome_of(TRY(base::read_all(host.report().get(), "a host's report", kLongest))));
  if (!outcome) return Error{Kind::internal, 0, "its host was ended"};
  return *std::move(outcome);
}

}  // namespace cni::kit
