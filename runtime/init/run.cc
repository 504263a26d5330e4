#include "runtime/init/run.h"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <cstring>
#include <initializer_list>

#include "runtime/init/handshake.h"
#include "runtime/init/payload.h"
#include "runtime/init/root.h"
#include "runtime/kernel/capabilities.h"
#include "runtime/kernel/process.h"
#include "runtime/kernel/seccomp.h"

namespace podrun::init {
namespace {

// The channel as descriptor 3, each of `beside` behind it, and nothing else: whatever the parent had open stays outside
// (CVE-2024-21626). 0, 1 and 2 are taken by the channel until the payload's own are there, so that nothing that is
// received lands on them.
Channel keep_only(Channel channel, std::initializer_list<int*> beside = {}) {
  constexpr int kKept = 3;
  const int behind = kKept + 1 + static_cast<int>(beside.size());
  // Out of the way first: any of them may be where another belongs.
  for (int* fd : beside) *fd = ::fcntl(*fd, F_DUPFD_CLOEXEC, behind);
  if (channel.fd() != kKept) {
    ::dup3(channel.fd(), kKept, O_CLOEXEC);
    channel = Channel(Fd(kKept));
  }
  int last = kKept;
  for (int* fd : beside) *fd = ::dup3(*fd, ++last, O_CLOEXEC);
  for (int target = 0; target < kKept; ++target) ::dup2(kKept, target);
  ::close_range(static_cast<unsigned>(last) + 1, ~0U, 0);
  return channel;
}

Result<void> tell_terminal(const Channel& channel, const Terminal& terminal) {
  return channel.send(number(MessageType::terminal), "", {terminal.master.get()});
}

// The barrier, where there is one, and the exec.
Error finish(const Channel& channel, const Received& received, const std::string& path) {
  if (received.plan.waits_for_go) {
    if (auto sent = channel.send(number(MessageType::ready), ""); !sent) return std::move(sent).error();
    auto go =
        channel.receive(std::chrono::minutes(60));  // a CNI plugin may take its time; a dead client is end of file
    if (!go) return std::move(go).error();
  }
  return execute(received.plan.process, path, received.handed.program.get());
}

// The steps of a process that was made in its namespaces, and where it stands after each:
//                       pause                        container
//   on entry            seven new namespaces,        pod's user net ipc uts, own pid cgroup,
//                       nobody in the user one       copy of pause's mounts, nobody
//   receive_plan        ids are mapped (the client maps them before it sends the plan)
//   take_streams        none yet                     its own standard streams, a session of its own
//   become root inside  uid 0 of the user namespace, every capability in it
//   confine             none                         from its exec on, by its AppArmor profile
//   build_root          own root, the host's gone    own root, the pod's gone
//   take_place          nothing left open            a terminal where one is asked for
//   become_user         no capabilities              the payload's user and rights
//   install_seccomp     its own filter               the payload's

Result<void> take_streams(const Plan& plan, std::vector<Fd>& stdio) {
  if (plan.role == Role::container && ::setsid() < 0) return Error::system(errno, "start a session");
  if (!stdio.empty()) TRY(install_stdio(stdio));
  stdio.clear();
  return {};
}

Result<void> take_place(const Plan& plan, const Channel& channel) {
  const Process& process = plan.process;
  if (process.terminal) {
    Terminal terminal = TRY(make_terminal(process.uid, process.gid));
    TRY(tell_terminal(channel, terminal));
    TRY(take_terminal(std::move(terminal.slave)));
  }
  if (plan.role == Role::pause) ::close_range(0, 2, 0);  // it needs none, and containers may see into it
  return {};
}

// Returns the path of the program; empty for the one that was sent.
Result<std::string> prepare_payload(const Channel& channel, Received& received) {
  const Plan& plan = received.plan;
  TRY(take_streams(plan, received.handed.stdio));
  if (plan.new_user_namespace) TRY(become_namespace_root());
  TRY(confine(plan));
  const bool makes_cwd = plan.role == Role::container;
  TRY(build_root(plan.root, std::move(received.handed.mounts), makes_cwd ? plan.process.cwd : std::string())
          .in("build root filesystem"));
  TRY(take_place(plan, channel));
  TRY(become_user(plan, makes_cwd));
  const std::string path = received.handed.program ? std::string() : TRY(find_program(plan.process));
  TRY(install_seccomp(plan));
  return path;
}

Error become_payload(const Channel& channel) {
  auto received = receive_plan(channel);
  if (!received) return std::move(received).error();
  auto path = prepare_payload(channel, *received);
  if (!path) return std::move(path).error();
  return finish(channel, *received, *path);
}

// The last of an exec, in the container's pid namespace: all that is left to do there.
Error become_command(const Channel& channel, const Received& received, Fd slave) {
  // A session of its own, and never the caller's controlling terminal: what is typed into that must not come from
  // inside.
  if (::setsid() < 0) return Error::system(errno, "start a session");
  const Fd self = open_pidfd(::getpid());
  if (!self) return Error::system(errno, "open the own process");
  if (auto sent = channel.send(number(MessageType::entered), "", {self.get()}); !sent) return std::move(sent).error();
  if (slave)
    if (auto taken = take_terminal(std::move(slave)); !taken) return std::move(taken).error();
  auto path = find_program(received.plan.process);
  if (!path) return std::move(path).error();
  return finish(channel, received, *path);
}

[[noreturn]] void fail(const Channel& channel, const Error& error) {
  (void)channel.send(number(MessageType::error), pack(error));
  ::_exit(1);
}

// Where /proc/PID/environ would show it.
void forget_environment() {
  for (char** variable = environ; *variable != nullptr; ++variable) ::explicit_bzero(*variable, ::strlen(*variable));
}

// The user namespace last: from then on its capabilities may reach us, where fs.suid_dumpable lets them.
Result<void> join_container(int container, std::uint64_t join) {
  for (const std::uint64_t flags : {join & ~std::uint64_t{CLONE_NEWUSER}, join & CLONE_NEWUSER})
    if (flags != 0 && ::setns(container, static_cast<int>(flags)) != 0)
      return Error::system(errno, "join the container's namespaces");
  ::close(container);
  stay_undumpable();
  return {};
}

// On return this is the process inside.
Result<Fd> become_inside(int container, std::uint64_t join, const Channel& channel, Received& received) {
  const Plan& plan = received.plan;
  const Process& process = plan.process;
  Terminal terminal;
  TRY(confine(plan));
  TRY(join_container(container, join));
  if (plan.new_user_namespace) TRY(become_namespace_root());
  if (process.terminal) {
    terminal = TRY(make_terminal(process.uid, process.gid));
    TRY(tell_terminal(channel, terminal));
    terminal.master.reset();
  } else {
    TRY(install_stdio(received.handed.stdio));
    received.handed.stdio.clear();
  }
  TRY(become_user(plan, false));
  TRY(install_seccomp(plan));
  if ((join & CLONE_NEWPID) == 0) return std::move(terminal.slave);  // it is inside already
  auto pid = clone_process(CLONE_PARENT, nullptr);
  if (!pid && pid.error().error_number == ENOMEM) return Error{Kind::not_found, ESRCH, "the container has ended"};
  if (TRY(std::move(pid)) != 0) ::_exit(0);
  return std::move(terminal.slave);
}

}  // namespace

void run(Channel channel) {
  stay_undumpable();
  channel = keep_only(std::move(channel));
  fail(channel, become_payload(channel));
}

Result<pid_t> enter_pod(int pause_pidfd, std::uint64_t join, std::uint64_t fresh, Channel channel) {
  stay_undumpable();
  channel = keep_only(std::move(channel), {&pause_pidfd});
  if (::setns(pause_pidfd, static_cast<int>(join)) != 0) return Error::system(errno, "join the pod's namespaces");
  ::close(pause_pidfd);
  stay_undumpable();
  const pid_t pid = TRY(clone_process(CLONE_PARENT | fresh, nullptr).in("make the container's namespaces"));
  if (pid == 0) run(std::move(channel));
  return pid;
}

void enter_container(int container_pidfd, std::uint64_t join, Channel channel, Result<void> so_far) {
  stay_undumpable();
  forget_environment();
  channel = keep_only(std::move(channel), {&container_pidfd});
  if (!so_far) fail(channel, so_far.error());
  auto received = receive_plan(channel);
  if (!received) fail(channel, received.error());
  auto slave = become_inside(container_pidfd, join, channel, *received);
  if (!slave) fail(channel, slave.error());
  fail(channel, become_command(channel, *received, std::move(*slave)));
}

Result<void> enter_files(int container_pidfd, std::uint64_t join, Channel& channel, int* stream) {
  stay_undumpable();
  forget_environment();
  channel = keep_only(std::move(channel), {&container_pidfd, stream});
  // What is typed at the terminal is the caller's to act upon.
  if (::setsid() < 0) return Error::system(errno, "start a session");
  TRY(join_container(container_pidfd, join & (CLONE_NEWNS | CLONE_NEWUSER)));
  TRY(become_namespace_root());
  Plan plan;
  plan.process.cwd = "/";
  plan.process.no_new_privileges = true;
  plan.process.capabilities = capabilities::kForFiles;
  const auto filter = seccomp::default_profile();
  plan.seccomp.assign(filter.begin(), filter.end());
  TRY(become_user(plan, false));
  return install_seccomp(plan);
}

}  // namespace podrun::init
