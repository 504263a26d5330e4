// Runtime::exec: a command in a running container, started by podrun itself. No lock of the pod, no plan-making, no
// round trip to the shim: join, become the user, exec.
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "base/files.h"
#include "runtime/image/image.h"
#include "runtime/init/handshake.h"
#include "runtime/init/run.h"
#include "runtime/kernel/cgroup.h"
#include "runtime/kernel/mounts.h"
#include "runtime/kernel/namespaces.h"
#include "runtime/sandbox/init_process.h"
#include "runtime/sandbox/runtime.h"
#include "runtime/sandbox/terminal.h"

namespace podrun {
namespace {

Result<const ContainerRecord*> find_container(const PodRecord& pod, const std::string& name) {
  for (const auto& container : pod.containers)
    if (name.empty() || container.name == name) return &container;
  std::string known;
  for (const auto& container : pod.containers) known += (known.empty() ? "" : ", ") + container.name;
  return Error{Kind::not_found, 0,
               "container '" + name + "' not found in pod '" + pod.name + "' (it has: " + known + ")"};
}

// The container's own files say who a user is. They are read through the container's root, where a link leads no
// further than that root.
Result<std::string> read_in_container(pid_t pid, const std::string& path) {
  return read_from_layers({"/proc/" + std::to_string(pid) + "/root"}, path);
}

Result<ProcessSettings> settings_for(const ContainerRecord& container, const ExecOptions& options) {
  ProcessSettings settings = container.settings;
  settings.args = options.command;
  if (options.user) {
    const pid_t pid = container.process.pid;
    const User user = TRY(resolve_user(*options.user, TRY(read_in_container(pid, "/etc/passwd")),
                                       TRY(read_in_container(pid, "/etc/group"))));
    settings.uid = user.uid;
    settings.gid = user.gid;
    settings.groups = user.groups;
  }
  for (const auto& variable : options.env) {
    std::erase_if(settings.env, [&](const auto& old) { return old.first == variable.first; });
    settings.env.push_back(variable);
  }
  if (options.terminal) settings.env.emplace_back("TERM", "xterm");
  if (options.working_dir) settings.cwd = *options.working_dir;
  return settings;
}

// The namespaces of the container that are not the caller's own already: joining one's own user namespace is an error.
Result<std::uint64_t> namespaces_to_join(pid_t pid) {
  const auto theirs = TRY(namespace_inodes(pid));
  const auto ours = TRY(namespace_inodes(::getpid()));
  std::uint64_t flags = 0;
  for (const auto& kind : kNamespaces)
    if (theirs.at(kind.name) != ours.at(kind.name)) flags |= kind.flag;
  return flags;
}

struct Started {
  pid_t pid = 0;
  Fd pidfd;
  init::Handshake handshake;
};

Result<Started> start(const Cgroup& cgroup, const ContainerRecord& container, int target, bool devnull) {
  const CgroupEntry entry = TRY(cgroup.enter_container(container.name));
  const std::uint64_t join = TRY(namespaces_to_join(container.process.pid));
  auto [ours, theirs] = TRY(Channel::pair());
  // The container must not trace what is on its way into it (CVE-2016-9962).
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  // A pid namespace is entered by the next child, all others by that child itself: one clone is enough.
  if ((join & CLONE_NEWPID) != 0) TRY(init::enter_container(target, CLONE_NEWPID));
  Started started;
  started.pid = TRY(clone_process(0, &started.pidfd, entry.v2 ? entry.v2.get() : -1));
  if (started.pid == 0) {
    const auto enter = [&]() -> Result<void> {
      for (const Fd& tasks : entry.v1_tasks)
        if (::write(tasks.get(), "0", 1) != 1) return Error::system(errno, "enter the container's cgroup");
      TRY(init::enter_container(target, join & ~std::uint64_t{CLONE_NEWPID}));
      // Never the caller's controlling terminal: what is typed into it must not come from inside.
      ::setsid();
      if (!devnull) return {};
      const Fd null = TRY(base::open_file("/dev/null", O_RDWR));
      return ::dup2(null.get(), 0) < 0 ? Error::system(errno, "give it /dev/null") : Result<void>();
    };
    init::run(std::move(theirs), enter());
  }
  started.handshake = init::Handshake(std::move(ours));
  return started;
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

Result<int> Runtime::exec(const PodRecord& pod, const ExecOptions& options) {
  const ContainerRecord& container = *TRY(find_container(pod, options.container));
  auto target = open_process(container.process);
  if (!target)
    return Error{Kind::not_found, 0, "container '" + container.name + "' of pod '" + pod.name + "' is not running"};
  if (pod.host_users) TRY(go_on_read_only());
  init::Plan plan;
  plan.role = init::Role::exec;
  plan.new_user_namespace = !pod.host_users;
  plan.process = to_init_process(TRY(settings_for(container, options)));
  plan.process.terminal = options.terminal;
  plan.waits_for_go = options.terminal;

  const Cgroup cgroup(TRY(CgroupHost::discover()), pod.cgroup_parent + pod.cgroup_path);
  Started started = TRY(start(cgroup, container, target->get(), !options.interactive && !options.terminal)
                            .in("enter container '" + container.name + "'"));
  const auto become = [&]() -> Result<Fd> {
    TRY(started.handshake.send_plan(plan, {}));
    Fd master;
    if (options.terminal) {
      master = TRY(started.handshake.expect_terminal());
      match_size(master.get());
      TRY(started.handshake.expect_ready());
      TRY(started.handshake.go());
    }
    TRY(started.handshake.expect_exec());
    return master;
  };
  auto master = become();
  if (!master) {
    options_.warn(master.error().what);
    return shell_code(master.error());
  }
  TRY(attend(started.pidfd.get(), std::move(*master), options.interactive));
  int status = 0;
  while (::waitpid(started.pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace podrun
