#include "keeper_process.h"

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <memory>

#include "cni/base/try.h"
#include "start_plugin.h"

namespace cni {
namespace {

constexpr char kAnswer = '.';

Result<void> join(const Cgroups& cgroups, bool born_there) {
  const std::size_t to_write = cgroups.files.size() - (born_there ? 1 : 0);
  for (std::size_t i = 0; i < to_write; ++i)
    if (::write(cgroups.files[i].get(), "0", 1) != 1) return Error::system(errno, "join cgroup");
  return {};
}

// Its number and its group's are nobody else's while it is not reaped; and it may have left that group.
void kill_plugin(const Kept& kept) {
  ::syscall(SYS_kill, kept.plugin, SIGKILL);
  ::syscall(SYS_kill, -kept.plugin, SIGKILL);
}

// It must not run beside the DEL that follows.
void give_up(Kept& kept) {
  kill_plugin(kept);
  ::waitpid(kept.plugin, nullptr, 0);
}

Result<void> start_kept(Kept& kept) {
  // Here, where nobody ignores it: the plugin's end is to be told to us.
  ::signal(SIGCHLD, SIG_DFL);
  TRY(join(*kept.cgroups, kept.born_in_cgroup));
  kept.plugin = TRY(start_plugin(*kept.launch));
  kept.pidfd.reset(static_cast<int>(::syscall(SYS_pidfd_open, kept.plugin, 0)));
  if (kept.pidfd) return {};
  Error error = Error::system(errno, "open pidfd");
  error.detail = std::make_shared<MayHaveRun>();
  give_up(kept);
  return error;
}

// From here on the thread that made us runs on beside us.
__attribute__((noinline, no_sanitize("thread"))) void attend(Kept& kept) {
  const int channel = kept.channel.get();
  char asked = 0;
  long got = 0;
  while ((got = ::syscall(SYS_read, channel, &asked, 1L)) == 1) {
    kill_plugin(kept);
    if (::syscall(SYS_write, channel, &kAnswer, 1L) != 1) break;
  }
  if (got < 0) kill_plugin(kept);  // we can be asked nothing any more
  // What a failed plugin has started must not go on behind the DEL that follows: the iptables of a portmap that was
  // killed would add its rule after all. Before the plugin is reaped: until then its number is its group's.
  siginfo_t end{};
  ::syscall(SYS_waitid, P_PID, kept.plugin, &end, WEXITED | WNOWAIT, nullptr);
  kept.end.code = end.si_code;
  kept.end.status = end.si_status;
  if (end.si_code != CLD_EXITED || end.si_status != 0) ::syscall(SYS_kill, -kept.plugin, SIGKILL);
  ::syscall(SYS_waitid, P_PID, kept.plugin, &end, WEXITED, &kept.end.usage);
  kept.reaped = true;
}

}  // namespace

bool PluginEnd::is_success() const { return code == CLD_EXITED && status == 0; }

int keep(void* shared) noexcept {
  Kept& kept = *static_cast<Kept*>(shared);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // of the thread that made us
  ::prctl(PR_SET_NAME, "cni-keeper");
  if (::getppid() != kept.caller) return 0;
  kept.started = start_kept(kept);
  const bool runs = static_cast<bool>(kept.started);
  const bool told = ::syscall(SYS_write, kept.channel.get(), &kAnswer, 1L) == 1;
  if (runs && told) attend(kept);
  if (runs && !told) give_up(kept);
  return 0;
}

}  // namespace cni
