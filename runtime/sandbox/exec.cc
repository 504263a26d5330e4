#include "runtime/sandbox/exec.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <csignal>
#include <memory>

#include "base/files.h"
#include "runtime/init/handshake.h"
#include "runtime/init/run.h"
#include "runtime/kernel/cgroup.h"
#include "runtime/kernel/clean_slate.h"
#include "runtime/kernel/namespaces.h"
#include "runtime/sandbox/exec_process.h"
#include "runtime/sandbox/exec_streams.h"
#include "runtime/sandbox/init_process.h"

namespace podrun {
namespace {

Result<const ContainerRecord*> find_container(const Pod& pod, const std::string& name) {
  std::string known;
  for (const ContainerRecord& container : pod.containers) {
    if (name.empty() || container.plan.name == name) return &container;
    known += (known.empty() ? "" : ", ") + container.plan.name;
  }
  return Error{Kind::not_found, 0,
               "container '" + name + "' not found in pod '" + pod.record.plan.who.name + "' (it has: " + known + ")"};
}

// The namespaces of the container that are not the caller's own already: joining one's own user namespace is an error.
// Asked of the process and not of its record: a namespace that it has left may be gone, and its number ours by now.
Result<std::uint64_t> namespaces_to_join(const ContainerRecord& container) {
  const auto ours = TRY(namespace_inodes(::getpid()));
  const auto theirs = TRY(namespace_inodes(container.life.process.pid));
  std::uint64_t flags = 0;
  for (const auto& kind : kNamespaces)
    if (theirs.at(kind.name) != ours.at(kind.name)) flags |= kind.flag;
  return flags;
}

// To the OOM killer the command is one more process of the container.
int oom_score_adj_of(pid_t pid) {
  int score = 0;
  if (const auto text = base::read_file("/proc/" + std::to_string(pid) + "/oom_score_adj", 16))
    std::from_chars(text->data(), text->data() + text->size(), score);
  return score;
}

// The container must not trace what is on its way into it (CVE-2016-9962): what is cloned while this lives is born
// undumpable.
class Undumpable {
 public:
  Undumpable() : before_(::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0)) { ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }
  Undumpable(const Undumpable&) = delete;
  Undumpable& operator=(const Undumpable&) = delete;
  ~Undumpable() { ::prctl(PR_SET_DUMPABLE, before_, 0, 0, 0); }

 private:
  int before_;
};

struct Child {
  pid_t pid = 0;
  Fd pidfd;
};

// As fork(2): twice it returns. `inside`: born in the pid namespace of `target`.
Result<Child> clone_undumpable(int target, bool inside, int cgroup) {
  const Undumpable undumpable;
  Child child;
  if (!inside) {
    child.pid = TRY(clone_process(0, &child.pidfd, cgroup));
    return child;
  }
  const Fd own = TRY(open_namespace(::getpid(), "pid_for_children"));
  if (::setns(target, CLONE_NEWPID) != 0) return Error::system(errno, "join the container's pid namespace");
  auto cloned = clone_process(0, &child.pidfd, cgroup);
  if (!cloned || *cloned != 0) ::setns(own.get(), CLONE_NEWPID);  // where the caller's own children go
  child.pid = TRY(std::move(cloned));
  return child;
}

struct Entering {
  Fd child;
  bool is_command = false;  // else it clones the command and ends
  init::Handshake handshake;
};

Result<Entering> enter(const Cgroup& cgroup, const ContainerRecord& container, int target, bool host_users) {
  const CgroupEntry entry = TRY(cgroup.container_entry(container.plan.cgroup));
  std::uint64_t join = TRY(namespaces_to_join(container));
  const int score = oom_score_adj_of(container.life.process.pid);
  auto [ours, theirs] = TRY(Channel::pair());
  // With a user namespace that is enough, and one clone too: its capabilities do not reach memory of the host's. With
  // the host's users CAP_SYS_PTRACE would, so nobody may be seen inside before all is done.
  const bool inside = !host_users && (join & CLONE_NEWPID) != 0;
  if (inside) join &= ~std::uint64_t{CLONE_NEWPID};
  Child child = TRY(clone_undumpable(target, inside, entry.v2 ? entry.v2.get() : -1));
  if (child.pid == 0) {
    clean_slate();
    (void)set_oom_score_adj(score);
    const auto enter_cgroup = [&]() -> Result<void> {
      for (const Fd& tasks : entry.v1_tasks)
        if (::write(tasks.get(), "0", 1) != 1) return Error::system(errno, "enter the container's cgroup");
      return {};
    };
    init::enter_container(target, join, std::move(theirs), enter_cgroup());
  }
  return Entering{.child = std::move(child.pidfd),
                  .is_command = (join & CLONE_NEWPID) == 0,
                  .handshake = init::Handshake(std::move(ours))};
}

// Of a child of ours that is of no use any more. One that hangs in the kernel, or that somebody inside traces, is not
// waited for.
void end(const Fd& child) {
  if (!child) return;
  send_signal(child.get(), SIGKILL);
  (void)wait_for_exit(child.get(), std::chrono::seconds(1));
  siginfo_t info{};
  ::waitid(P_PIDFD, static_cast<id_t>(child.get()), &info, WEXITED | WNOHANG);
}

// The terminal's master; empty without one.
Result<Fd> become(Entering& entering, Fd& command, init::Plan plan, std::vector<Fd> stdio, const ExecOptions& options) {
  init::Handshake& handshake = entering.handshake;
  {
    init::Handed handed;  // their ends are theirs alone
    handed.stdio = std::move(stdio);
    TRY(handshake.send_plan(std::move(plan), handed));
  }
  Fd master;
  if (options.terminal) master = TRY(handshake.expect_terminal());
  command = TRY(handshake.expect_entered());
  if (options.terminal) {
    set_size(master.get(), options.size);
    TRY(handshake.expect_ready());
    TRY(handshake.go());
  }
  TRY(handshake.expect_exec());
  return master;
}

// `session` has the command's pidfd as soon as there is one, also after an error.
Result<void> begin(Session& session, Entering& entering, const PodRecord& pod, const ContainerRecord& container,
                   const ExecOptions& options) {
  init::Plan plan;
  plan.role = init::Role::exec;
  plan.new_user_namespace = !pod.plan.namespaces.host_users;
  set_process(plan, TRY(exec_process(pod, container, options)));
  plan.waits_for_go = options.terminal;
  ExecStreams streams;
  if (!options.terminal)
    streams = TRY(make_streams(container.life.process.pid, options, pod.life.id_base + plan.process.uid,
                               pod.life.id_base + plan.process.gid));
  auto master = become(entering, session.pidfd, std::move(plan), std::move(streams.theirs), options);
  if (!master) {
    Error error = std::move(master).error();
    error.detail = std::make_shared<CommandCannotRun>();
    return error;
  }
  session.terminal = options.terminal;
  if (options.terminal) {
    streams.out = std::move(*master);
    ::fcntl(streams.out.get(), F_SETFL, O_NONBLOCK);
    if (options.interactive) streams.in = Fd(::fcntl(streams.out.get(), F_DUPFD_CLOEXEC, 3));
  }
  session.in = std::move(streams.in);
  session.out = std::move(streams.out);
  session.err = std::move(streams.err);
  return {};
}

}  // namespace

Result<Session> start_exec(const Pod& pod, const ExecOptions& options) {
  return start_exec(pod.record, *TRY(find_container(pod, options.container)), options);
}

Result<Session> start_exec(const PodRecord& pod, const ContainerRecord& container, const ExecOptions& options) {
  const PodPlan& pod_plan = pod.plan;
  const bool host_users = pod_plan.namespaces.host_users;
  const std::string& name = container.plan.name;
  auto target = open_process(container.life.process);
  if (!target)
    return Error{Kind::not_found, 0, "container '" + name + "' of pod '" + pod_plan.who.name + "' is not running"};
  if (host_users && !runs_read_only())
    return Error{Kind::denied, 0, "enter container '" + name + "': its root could write to this program"};
  const Cgroup cgroup(TRY(CgroupHost::discover()), pod_plan.cgroup_path);
  // First, so that it starts while the rest is being decided.
  Entering entering = TRY(enter(cgroup, container, target->get(), host_users).in("enter container '" + name + "'"));
  Session session;
  auto begun = begin(session, entering, pod, container, options);
  if (!begun) end(session.pidfd);
  if (!begun || !entering.is_command) end(entering.child);
  if (!begun) return std::move(begun).error();
  return session;
}

bool runs_read_only() {
  struct statvfs info {};
  return ::statvfs("/proc/self/exe", &info) == 0 && (info.f_flag & ST_RDONLY) != 0;
}

}  // namespace podrun
