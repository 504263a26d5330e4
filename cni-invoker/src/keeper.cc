#include "keeper.h"

#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <optional>
#include <thread>

#include "cni/base/signals_blocked.h"
#include "cni/base/try.h"

namespace cni {
namespace {

constexpr int kGroupGrace = 500;     // milliseconds, about
constexpr int kKillPatience = 2000;  // milliseconds; a keeper answers at once, unless its cgroup is frozen
constexpr int kForEver = -1;

// Until the keeper has answered it uses this thread's memory: the heap, and errno. So nothing else may run on the
// thread: no signal handler, whose errno would be the keeper's, no unwinding by a pthread_cancel().
class Still {
 public:
  Still() { ::pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before_); }
  Still(const Still&) = delete;
  Still& operator=(const Still&) = delete;
  ~Still() { ::pthread_setcancelstate(before_, nullptr); }

 private:
  int before_ = 0;
  base::AllSignalsBlocked quiet_;
};

Result<Shared> clone_keeper(const Stack& stack, Kept& kept) {
  if (kept.cgroups->version2) {
    kept.born_in_cgroup = true;
    if (auto born = clone_sharing(stack, keep, &kept, kept.cgroups->version2.get())) return born;
    kept.born_in_cgroup = false;  // it moves there, which any kernel has
  }
  return clone_sharing(stack, keep, &kept, -1);
}

void wait_readable(int fd) {
  pollfd awaited{fd, POLLIN, 0};
  while (::poll(&awaited, 1, -1) < 0 && errno == EINTR) {
  }
}

}  // namespace

Result<Keeper> Keeper::start(const Launch& launch) {
  const Cgroups cgroups = TRY(open_cgroups(launch.request.cgroup_files));
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return Error::system(errno, "make a socket");
  Keeper keeper(TRY(Stack::make()), std::make_unique<Kept>());
  Kept& kept = *keeper.kept_;
  keeper.ours_.reset(ends[0]);
  kept.channel.reset(ends[1]);
  kept.launch = &launch;
  kept.cgroups = &cgroups;
  kept.caller = ::getpid();
  // The keeper inherits that no signal is handled: it has the caller's handlers, and ^C on a terminal is not meant for
  // it.
  const Still still;
  keeper.process_ = TRY(clone_keeper(keeper.stack_, kept));
  if (!keeper.answered(kForEver)) {
    keeper.stack_.leave();  // the plugin may be on it, if it is just about to become one
    return Error{Kind::internal, 0, "its parent was killed", std::make_shared<MayHaveRun>()};
  }
  if (!kept.started) return std::move(kept.started).error();
  return keeper;
}

Keeper::~Keeper() {
  if (!process_.pidfd) return;
  end_keeper();
  await_end();
}

void Keeper::kill_group() {
  const char kill = 'k';
  const bool killed = ::write(ours_.get(), &kill, 1) == 1 && answered(kKillPatience);
  if (!killed) end_keeper();
  if (!killed) ::syscall(SYS_pidfd_send_signal, plugin(), SIGKILL, nullptr, 0);
}

std::optional<PluginEnd> Keeper::finish() {
  // Both ends are in the one table of descriptors that we share: to close ours would not be seen.
  if (::shutdown(ours_.get(), SHUT_WR) != 0) end_keeper();
  await_end();
  if (!kept_->reaped) return std::nullopt;
  if (!kept_->end.is_success()) await_group();
  return kept_->end;
}

void Keeper::end_keeper() { ::syscall(SYS_pidfd_send_signal, process_.pidfd.get(), SIGKILL, nullptr, 0); }

// False once the keeper is no more, or has not answered within the limit (milliseconds).
bool Keeper::answered(int limit) const {
  std::array<pollfd, 2> awaited{{{ours_.get(), POLLIN, 0}, {process_.pidfd.get(), POLLIN, 0}}};
  while (::poll(awaited.data(), awaited.size(), limit) < 0 && errno == EINTR) {
  }
  char answer = 0;
  return (awaited[0].revents & POLLIN) != 0 && ::read(ours_.get(), &answer, 1) == 1;
}

// A caller that waits for any child and says __WALL may have taken it already: all that matters is that it is gone.
void Keeper::await_end() {
  wait_readable(process_.pidfd.get());
  siginfo_t end{};
  while (::waitid(P_PIDFD, static_cast<id_t>(process_.pidfd.get()), &end, WEXITED | __WALL) != 0 && errno == EINTR) {
  }
  process_.pidfd.reset();
}

// Bounded, because where nobody reaps orphans they stay. Signal 0 does nothing to whoever has the number by now.
void Keeper::await_group() const {
  for (int waited = 0; waited < kGroupGrace && ::kill(-kept_->plugin, 0) == 0; ++waited)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

}  // namespace cni
