#include "runtime/sandbox/exec.h"

#include <sys/prctl.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <optional>

#include "base/files.h"
#include "runtime/init/handshake.h"
#include "runtime/init/run.h"
#include "runtime/kernel/cgroup.h"
#include "runtime/kernel/clean_slate.h"
#include "runtime/kernel/mounts.h"
#include "runtime/kernel/namespaces.h"
#include "runtime/sandbox/attend.h"
#include "runtime/sandbox/exec_process.h"
#include "runtime/sandbox/init_process.h"
#include "runtime/sandbox/terminal.h"

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

struct Started {
  pid_t between = 0;  // who clones the command and ends; 0 where our child is the command itself
  init::Handshake handshake;
};

Result<Started> start(const Cgroup& cgroup, const ContainerRecord& container, int target, bool host_users) {
  const CgroupEntry entry = TRY(cgroup.container_entry(container.plan.cgroup));
  std::uint64_t join = TRY(namespaces_to_join(container));
  const int score = oom_score_adj_of(container.life.process.pid);
  auto [ours, theirs] = TRY(Channel::pair());
  // The container must not trace what is on its way into it (CVE-2016-9962).
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  // With a user namespace that is enough, and one clone too: its capabilities do not reach memory of the host's. With
  // the host's users CAP_SYS_PTRACE would, so nobody may be seen inside before all is done.
  if (!host_users && (join & CLONE_NEWPID) != 0) {
    if (::setns(target, CLONE_NEWPID) != 0) return Error::system(errno, "join the container's pid namespace");
    join &= ~std::uint64_t{CLONE_NEWPID};
  }
  const pid_t pid = TRY(clone_process(0, nullptr, entry.v2 ? entry.v2.get() : -1));
  if (pid == 0) {
    clean_slate();
    (void)set_oom_score_adj(score);
    const auto enter_cgroup = [&]() -> Result<void> {
      for (const Fd& tasks : entry.v1_tasks)
        if (::write(tasks.get(), "0", 1) != 1) return Error::system(errno, "enter the container's cgroup");
      return {};
    };
    init::enter_container(target, join, std::move(theirs), enter_cgroup());
  }
  return Started{(join & CLONE_NEWPID) != 0 ? pid : 0, init::Handshake(std::move(ours))};
}

// A payload may be "#!/proc/self/exe": then podrun itself is what runs in the container, and what a container's root
// that is the host's root could write to (CVE-2019-5736). So with hostUsers podrun first goes on from a read-only mount
// of itself.
Result<void> go_on_read_only() {
  struct statvfs info {};
  if (::statvfs("/proc/self/exe", &info) != 0) return Error::system(errno, "look at the running program");
  if ((info.f_flag & ST_RDONLY) != 0) return {};
  const Fd self = TRY(mounts::read_only_program("/proc/self/exe"));
  std::string words = TRY(base::read_file("/proc/self/cmdline"));
  std::vector<char*> args;
  for (std::size_t at = 0; at < words.size(); at = words.find('\0', at) + 1) args.push_back(words.data() + at);
  args.push_back(nullptr);
  ::execveat(self.get(), "", args.data(), environ, AT_EMPTY_PATH);
  return Error::system(errno, "run podrun from a read-only mount");
}

int shell_code(const Error& error) { return error.kind == Kind::not_found ? 127 : 126; }

}  // namespace

Result<int> exec(const Pod& pod, const ExecOptions& options, const Warn& warn) {
  const PodPlan& pod_plan = pod.record.plan;
  const bool host_users = pod_plan.namespaces.host_users;
  const ContainerRecord& container = *TRY(find_container(pod, options.container));
  const std::string& name = container.plan.name;
  auto target = open_process(container.life.process);
  if (!target)
    return Error{Kind::not_found, 0, "container '" + name + "' of pod '" + pod_plan.who.name + "' is not running"};
  if (host_users) TRY(go_on_read_only());
  const Fd signals = TRY(take_signals());
  const Cgroup cgroup(TRY(CgroupHost::discover()), pod_plan.cgroup_path);
  // First, so that it starts while the rest is being decided.
  Started started = TRY(start(cgroup, container, target->get(), host_users).in("enter container '" + name + "'"));
  init::Plan plan;
  plan.role = init::Role::exec;
  plan.new_user_namespace = !host_users;
  set_process(plan, TRY(exec_process(container, options)));
  plan.waits_for_go = options.terminal;
  ExecStreams streams;
  if (!options.terminal)
    streams = TRY(make_streams(container.life.process.pid, options.interactive,
                               pod.record.life.id_base + plan.process.uid, pod.record.life.id_base + plan.process.gid));

  Fd master, command;
  const auto become = [&]() -> Result<void> {
    init::Handed handed;
    handed.stdio = std::move(streams.theirs);
    TRY(started.handshake.send_plan(std::move(plan), handed));
    handed.stdio.clear();  // their ends are theirs alone
    if (options.terminal) master = TRY(started.handshake.expect_terminal());
    command = TRY(started.handshake.expect_entered());
    if (options.terminal) {
      match_size(master.get());
      TRY(started.handshake.expect_ready());
      TRY(started.handshake.go());
    }
    return started.handshake.expect_exec();
  };
  if (auto became = become(); !became) {
    warn(became.error().what);
    return shell_code(became.error());
  }
  std::optional<RawMode> raw;
  if (options.terminal) streams = terminal_streams(master, options.interactive);
  if (options.terminal && options.interactive) raw.emplace();
  const int status =
      TRY(attend({.between = started.between, .pidfd = command.get(), .signals = signals.get(), .master = master.get()},
                 std::move(streams)));
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace podrun
