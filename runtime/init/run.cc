#include "runtime/init/run.h"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <cstring>

#include "runtime/init/handshake.h"
#include "runtime/init/payload.h"
#include "runtime/init/root.h"
#include "runtime/kernel/process.h"
#include "runtime/kernel/wire.h"

namespace podrun::init {
namespace {

constexpr std::uint32_t number(MessageType type) { return static_cast<std::uint32_t>(type); }

// The channel as descriptor 3, `*beside` as 4 where there is one, and nothing else: whatever the parent had open stays
// outside (CVE-2024-21626). 0, 1 and 2 are taken by the channel until the payload's own are there, so that nothing that
// is received lands on them.
Channel keep_only(Channel channel, int* beside = nullptr) {
  constexpr int kKept = 3;
  // Out of the way first: either of the two may be where the other belongs.
  const Fd moved(beside == nullptr ? -1 : ::fcntl(*beside, F_DUPFD_CLOEXEC, kKept + 2));
  if (channel.fd() != kKept) {
    ::dup3(channel.fd(), kKept, O_CLOEXEC);
    channel = Channel(Fd(kKept));
  }
  int last = kKept;
  if (moved) *beside = last = ::dup3(moved.get(), kKept + 1, O_CLOEXEC);
  for (int target = 0; target < kKept; ++target) ::dup2(kKept, target);
  ::close_range(static_cast<unsigned>(last) + 1, ~0U, 0);
  return channel;
}

struct Received {
  Plan plan;
  std::vector<Fd> stdio;  // three or none
  std::vector<Fd> sent;   // mounts
  Fd program;
};

Result<Received> receive_plan(const Channel& channel) {
  Message message = TRY(channel.receive(kPatience));
  if (message.type != number(MessageType::plan)) return Error{Kind::internal, 0, "receive the plan: it is not one"};
  Received received;
  received.plan = TRY(wire::read<Plan>(message.body));
  auto& fds = message.fds;
  const std::size_t fixed = (received.plan.sends_stdio ? 3U : 0U) + (received.plan.sends_program ? 1U : 0U);
  if (fds.size() < fixed) return Error{Kind::internal, 0, "receive the plan: descriptors are missing"};
  if (received.plan.sends_program) {
    received.program = std::move(fds.back());
    fds.pop_back();
  }
  if (received.plan.sends_stdio) {
    received.stdio.assign(std::make_move_iterator(fds.begin()), std::make_move_iterator(fds.begin() + 3));
    fds.erase(fds.begin(), fds.begin() + 3);
  }
  received.sent = std::move(fds);
  return received;
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
  return execute(received.plan.process, path, received.program.get());
}

// Where it stands, step by step:
//                       pause                        container
//   on entry            seven new namespaces,        pod's user net ipc uts, own pid cgroup,
//                       nobody in the user one       copy of pause's mounts, nobody
//   plan received       ids are mapped (the client maps them before it sends the plan)
//   namespace root      uid 0 of the user namespace, every capability in it
//   root built          own root, the host's gone    own root, the pod's gone
//   user                no capabilities              the payload's user and rights
//   seccomp             its own filter               the payload's
Error become_payload(const Channel& channel) {
  auto received = receive_plan(channel);
  if (!received) return std::move(received).error();
  const Plan& plan = received->plan;
  const Process& process = plan.process;
  const auto prepare = [&]() -> Result<std::string> {
    if (plan.role == Role::container && ::setsid() < 0) return Error::system(errno, "start a session");
    if (plan.sends_stdio) TRY(install_stdio(received->stdio));
    if (plan.new_user_namespace) TRY(become_namespace_root());
    TRY(build_root(plan.root, received->sent).in("build root filesystem"));
    if (process.terminal) {
      Terminal terminal = TRY(make_terminal(process.uid, process.gid));
      TRY(tell_terminal(channel, terminal));
      TRY(take_terminal(std::move(terminal.slave)));
    }
    received->sent.clear();
    received->stdio.clear();
    if (plan.role == Role::pause) ::close_range(0, 2, 0);  // it needs none, and containers may see into it
    TRY(become_user(process, plan.role == Role::container));
    const std::string path = plan.sends_program ? std::string() : TRY(find_program(process));
    TRY(install_seccomp(process));
    return path;
  };
  auto path = prepare();
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

// On return this is the process inside.
Result<Fd> become_inside(int container, std::uint64_t join, const Channel& channel, Received& received) {
  const Plan& plan = received.plan;
  const Process& process = plan.process;
  Terminal terminal;
  // The user namespace last: from then on its capabilities may reach us, where fs.suid_dumpable lets them.
  for (const std::uint64_t flags : {join & ~std::uint64_t{CLONE_NEWUSER}, join & CLONE_NEWUSER})
    if (flags != 0 && ::setns(container, static_cast<int>(flags)) != 0)
      return Error::system(errno, "join the container's namespaces");
  ::close(container);
  stay_undumpable();
  if (plan.new_user_namespace) TRY(become_namespace_root());
  if (process.terminal) {
    terminal = TRY(make_terminal(process.uid, process.gid));
    TRY(tell_terminal(channel, terminal));
    terminal.master.reset();
  } else {
    TRY(install_stdio(received.stdio));
    received.stdio.clear();
  }
  TRY(become_user(process, false));
  TRY(install_seccomp(process));
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
  channel = keep_only(std::move(channel), &pause_pidfd);
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
  channel = keep_only(std::move(channel), &container_pidfd);
  if (!so_far) fail(channel, so_far.error());
  auto received = receive_plan(channel);
  if (!received) fail(channel, received.error());
  auto slave = become_inside(container_pidfd, join, channel, *received);
  if (!slave) fail(channel, slave.error());
  fail(channel, become_command(channel, *received, std::move(*slave)));
}

}  // namespace podrun::init
