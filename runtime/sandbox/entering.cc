#include "runtime/sandbox/entering.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <csignal>

#include "base/files.h"
#include "runtime/kernel/namespaces.h"
#include "runtime/kernel/process.h"

namespace podrun {
namespace {

class Undumpable {
 public:
  Undumpable() : before_(::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0)) { ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }
  Undumpable(const Undumpable&) = delete;
  Undumpable& operator=(const Undumpable&) = delete;
  ~Undumpable() { ::prctl(PR_SET_DUMPABLE, before_, 0, 0, 0); }

 private:
  int before_;
};

}  // namespace

Result<std::uint64_t> namespaces_to_join(const ContainerRecord& container) {
  const auto ours = TRY(namespace_inodes(::getpid()));
  const auto theirs = TRY(namespace_inodes(container.life.process.pid));
  std::uint64_t flags = 0;
  for (const auto& kind : kNamespaces)
    if (theirs.at(kind.name) != ours.at(kind.name)) flags |= kind.flag;
  return flags;
}

int oom_score_adj_of(pid_t pid) {
  int score = 0;
  if (const auto text = base::read_file("/proc/" + std::to_string(pid) + "/oom_score_adj", 16))
    std::from_chars(text->data(), text->data() + text->size(), score);
  return score;
}

Result<Child> clone_undumpable(int pid_namespace_of, const CgroupEntry& cgroup) {
  const Undumpable undumpable;
  const int born_in = cgroup.v2 ? cgroup.v2.get() : -1;
  Child child;
  if (pid_namespace_of < 0) {
    child.pid = TRY(clone_process(0, &child.pidfd, born_in));
    return child;
  }
  const Fd own = TRY(open_namespace(::getpid(), "pid_for_children"));
  if (::setns(pid_namespace_of, CLONE_NEWPID) != 0) return Error::system(errno, "join the container's pid namespace");
  auto cloned = clone_process(0, &child.pidfd, born_in);
  if (!cloned || *cloned != 0) ::setns(own.get(), CLONE_NEWPID);  // where the caller's own children go
  child.pid = TRY(std::move(cloned));
  return child;
}

Result<void> enter_cgroup(const CgroupEntry& cgroup) {
  for (const Fd& tasks : cgroup.v1_tasks)
    if (::write(tasks.get(), "0", 1) != 1) return Error::system(errno, "enter the container's cgroup");
  return {};
}

void end_child(const Fd& child) {
  if (!child) return;
  send_signal(child.get(), SIGKILL);
  (void)wait_for_exit(child.get(), std::chrono::seconds(1));
  siginfo_t info{};
  ::waitid(P_PIDFD, static_cast<id_t>(child.get()), &info, WEXITED | WNOHANG);
}

}  // namespace podrun
