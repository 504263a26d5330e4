#include "runtime/sandbox/exec.h"

#include <fcntl.h>
#include <sys/statvfs.h>

#include <memory>

#include "runtime/init/handshake.h"
#include "runtime/init/run.h"
#include "runtime/kernel/cgroup.h"
#include "runtime/kernel/clean_slate.h"
#include "runtime/sandbox/entering.h"
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
  Child child = TRY(clone_undumpable(inside ? target : -1, entry));
  if (child.pid == 0) {
    clean_slate();
    (void)set_oom_score_adj(score);
    init::enter_container(target, join, std::move(theirs), enter_cgroup(entry));
  }
  return Entering{.child = std::move(child.pidfd),
                  .is_command = (join & CLONE_NEWPID) == 0,
                  .handshake = init::Handshake(std::move(ours))};
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
  if (!begun) end_child(session.pidfd);
  if (!begun || !entering.is_command) end_child(entering.child);
  if (!begun) return std::move(begun).error();
  return session;
}

bool runs_read_only() {
  struct statvfs info {};
  return ::statvfs("/proc/self/exe", &info) == 0 && (info.f_flag & ST_RDONLY) != 0;
}

}  // namespace podrun
