#include "runtime/init/run.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "runtime/init/handshake.h"
#include "runtime/init/payload.h"
#include "runtime/init/root.h"
#include "runtime/kernel/process.h"
#include "runtime/kernel/wire.h"

namespace podrun::init {
namespace {

constexpr std::uint32_t number(MessageType type) { return static_cast<std::uint32_t>(type); }

// The channel as descriptor 3 and nothing above it: whatever the parent had open stays outside (CVE-2024-21626).
Channel keep_only(Channel channel) {
  constexpr int kKept = 3;
  if (channel.fd() != kKept) {
    ::dup3(channel.fd(), kKept, O_CLOEXEC);
    channel = Channel(Fd(kKept));
  }
  ::close_range(kKept + 1, ~0U, 0);
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

// Where it stands, step by step:
//                       pause                        container                      exec
//   on entry            seven new namespaces,        pod's user net ipc uts,        all of the container's,
//                       nobody in the user one       own pid cgroup, copy of        nobody in the user one
//                                                    pause's mounts, nobody
//   plan received       ids are mapped (the client maps them before it sends the plan)
//   namespace root      uid 0 of the user namespace, every capability in it
//   root built          own root, the host's gone    own root, the pod's gone       -
//   user                no capabilities              the payload's user and rights
//   execute             + seccomp                    + seccomp                      + seccomp
Error become_payload(const Channel& channel) {
  auto received = receive_plan(channel);
  if (!received) return std::move(received).error();
  const Plan& plan = received->plan;
  const Process& process = plan.process;

  const auto prepare = [&]() -> Result<std::string> {
    if (plan.role == Role::container && ::setsid() < 0) return Error::system(errno, "start a session");
    if (plan.sends_stdio) TRY(install_stdio(received->stdio));
    if (plan.new_user_namespace) TRY(become_namespace_root());
    if (plan.role != Role::exec) TRY(build_root(plan.root, received->sent).in("build root filesystem"));
    if (process.terminal) {
      const Fd master = TRY(make_terminal(process.uid, process.gid));
      TRY(channel.send(number(MessageType::terminal), "", {master.get()}));
    }
    received->sent.clear();
    received->stdio.clear();
    if (plan.role == Role::pause) ::close_range(0, 2, 0);  // it needs none, and containers may see into it
    TRY(become_user(process));
    return plan.sends_program ? std::string() : TRY(find_program(process));
  };
  auto path = prepare();
  if (!path) return std::move(path).error();

  if (plan.waits_for_go) {
    if (auto sent = channel.send(number(MessageType::ready), ""); !sent) return std::move(sent).error();
    auto go =
        channel.receive(std::chrono::minutes(60));  // a CNI plugin may take its time; a dead client is end of file
    if (!go) return std::move(go).error();
  }
  return execute(process, *path, received->program.get());
}

}  // namespace

void run(Channel channel, Result<void> entered) {
  channel = keep_only(std::move(channel));
  const Error error = entered ? become_payload(channel) : std::move(entered).error();
  (void)channel.send(number(MessageType::error), pack(error));
  ::_exit(1);
}

Result<pid_t> enter_pod(int pause_pidfd, std::uint64_t join, std::uint64_t fresh, Channel& channel) {
  if (::setns(pause_pidfd, static_cast<int>(join)) != 0) return Error::system(errno, "join the pod's namespaces");
  const pid_t pid = TRY(clone_process(CLONE_PARENT | fresh, nullptr).in("make the container's namespaces"));
  if (pid == 0) run(std::move(channel));
  return pid;
}

Result<void> enter_container(int container_pidfd, std::uint64_t join) {
  if (::setns(container_pidfd, static_cast<int>(join)) != 0)
    return Error::system(errno, "join the container's namespaces");
  return {};
}

}  // namespace podrun::init
