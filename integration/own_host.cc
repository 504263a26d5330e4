#include "integration/own_host.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "integration/command.h"

namespace integration {
namespace {

void must(int result, const char* what) {
  if (result == 0) return;
  std::perror(what);
  std::_Exit(1);
}

void mount_fresh(const char* type, const char* target, const char* options) {
  ::mkdir(target, 0755);
  must(::mount(type, target, type, MS_NOSUID, options), target);
}

int code_of(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

// pid 1: waits for the tests, and for whatever lost its parent.
int reap_until(pid_t tests) {
  while (true) {
    int status = 0;
    const pid_t pid = ::wait(&status);
    if (pid == tests) return code_of(status);
    if (pid < 0 && errno != EINTR) return 1;
  }
}

int set_up_and_run(const std::function<int()>& body) {
  // Private first: shared as they come, they would be peers of the machine's own.
  for (const unsigned long propagation : {MS_PRIVATE, MS_SHARED})
    must(::mount("none", "/", nullptr, MS_REC | propagation, nullptr), "change the propagation of mounts");
  mount_fresh("proc", "/proc", nullptr);
  mount_fresh("tmpfs", "/run", "mode=755");
  mount_fresh("tmpfs", "/var/lib/cni", "mode=755");
  if (run({"ip", "link", "set", "lo", "up"}).status != 0) must(-1, "bring lo up");
  const pid_t tests = ::fork();
  if (tests != 0) return reap_until(tests);
  const int code = body();
  std::fflush(nullptr);
  std::_Exit(code);
}

}  // namespace

int in_own_host(const std::function<int()>& body) {
  std::fflush(nullptr);
  must(::unshare(CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWPID), "unshare network, mount and pid namespaces");
  const pid_t init = ::fork();
  if (init == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test runner that is interrupted takes the whole host with it
    const int code = set_up_and_run(body);
    std::fflush(nullptr);
    std::_Exit(code);
  }
  return wait_for(init);
}

}  // namespace integration
