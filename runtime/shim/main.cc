// podrun-shim: one a pod, parent of pause and of every container. Clones on request, reaps, keeps exit codes, writes
// logs, carries output to whoever is attached, and wakes podrun when a container has ended. One thread; links init,
// kernel and base alone. Started by podrun only, in the pod's `aux` cgroup, in a session of its own.
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "runtime/kernel/clean_slate.h"
#include "runtime/shim/server.h"

namespace podrun::shim {
namespace {

Result<Fd> take_signals() {
  // Nothing but SIGKILL ends the shim before its pod; podrun ends both through the cgroup.
  sigset_t all;
  ::sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, nullptr);
  sigset_t child;
  ::sigemptyset(&child);
  ::sigaddset(&child, SIGCHLD);
  Fd fd(::signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd) return Error::system(errno, "take signals");
  return fd;
}

Result<Server> begin() {
  ::close_range(kSocket + 1, ~0U, 0);  // locks and pipes of whoever made the pod must not live as long as it does
  clean_slate();
  // As Kubernetes gives it to pause: a pod must not end because a neighbour eats memory. Without CAP_SYS_RESOURCE it is
  // refused; podrun says so.
  (void)set_oom_score_adj(-998);
  Fd signals = TRY(take_signals());
  return Server(Channel(Fd(kControl)), Fd(kSocket), Fd(kBox), std::move(signals));
}

bool was_started_by_podrun() {
  for (const int handed : {kControl, kBox, kSocket})
    if (::fcntl(handed, F_SETFD, FD_CLOEXEC) != 0) return false;
  return true;
}

int serve(Result<Server> server) {
  if (!server) std::fprintf(stderr, "podrun-shim: %s\n", server.error().what.c_str());
  if (!server) return 1;
  server->serve();
  return 0;
}

}  // namespace
}  // namespace podrun::shim

int main(int argc, char** argv) {
  using namespace podrun;
  // What init does in our children starts here: nobody in a pod may trace a process that is joining it (CVE-2016-9962).
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  if (argc == 3 && std::string_view(argv[1]) == "--resume")
    return shim::serve(shim::Server::resume(Fd(std::atoi(argv[2]))));
  if (shim::was_started_by_podrun()) return shim::serve(shim::begin());
  std::fprintf(stderr, "podrun-shim: started by podrun for each pod, not by hand; see podrun-shim(8)\n");
  return 2;
}
