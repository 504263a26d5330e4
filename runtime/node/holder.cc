#include "runtime/node/holder.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>

#include "runtime/init/handshake.h"
#include "runtime/kernel/clean_slate.h"
#include "runtime/kernel/process.h"
#include "runtime/node/furnish.h"
#include "runtime/sandbox/shim.h"

namespace podrun {
namespace {

// The child's: furnished, or an error in place of it; ours: go.
enum HolderSaid : std::uint32_t { kFurnished = 1, kGo, kNotHeld };

constexpr std::chrono::minutes kTimeToFurnish{2};

Result<void> prepare(const Layout& layout, const NodeRecord& node, const CgroupEntry& entry) {
  ::setsid();
  for (const Fd& tasks : entry.v1_tasks)
    if (::write(tasks.get(), "0", 1) != 1) return Error::system(errno, "enter the node's cgroup");
  clean_slate();
  if (::chdir("/") != 0) return Error::system(errno, "change directory to '/'");
  return furnish_node(layout, node);
}

Error become_pause(const Fd& program, const std::string& name) {
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int fd = 0; fd < 3; ++fd) ::dup2(null, fd);
  ::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
  std::string shown = "podrun-node";
  std::string argument = name;
  std::array<char*, 3> args{shown.data(), argument.data(), nullptr};
  std::array<char*, 1> env{nullptr};
  ::execveat(program.get(), "", args.data(), env.data(), AT_EMPTY_PATH);
  return Error::system(errno, "run pause");
}

// In the child. Whoever made it may be gone by the time that it is to go on: then so is it.
[[noreturn]] void hold(const Channel& channel, const Fd& program, const Layout& layout, const NodeRecord& node,
                       const CgroupEntry& entry) {
  const auto prepared = prepare(layout, node, entry);
  static_cast<void>(channel.send(prepared ? kFurnished : kNotHeld, prepared ? "" : init::pack(prepared.error())));
  if (prepared && channel.receive(kTimeToFurnish))
    static_cast<void>(channel.send(kNotHeld, init::pack(become_pause(program, node.name))));
  ::_exit(1);
}

}  // namespace

Result<Holder> Holder::start(const Layout& layout, const NodeRecord& node, const Cgroup& cgroup) {
  const CgroupEntry entry = TRY(cgroup.keep_entry());
  const Fd program = TRY(open_helper("pause", false));
  auto [ours, theirs] = TRY(Channel::pair());
  Fd pidfd;
  const pid_t pid =
      TRY(clone_process(CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWUTS, &pidfd, entry.v2 ? entry.v2.get() : -1));
  if (pid == 0) {
    ours.close();
    hold(theirs, program, layout, node, entry);
  }
  theirs.close();
  const ProcessId process = TRY(identify(pid, pidfd.get()));
  const Message message = TRY(ours.receive(kTimeToFurnish).in("wait for the node's namespaces"));
  if (message.type != kFurnished) return init::unpack_error(message.body);
  return Holder(process, std::move(pidfd), std::move(ours));
}

Result<void> Holder::let_go() {
  TRY(channel_.send(kGo, ""));
  const auto answer = channel_.receive(kTimeToFurnish);
  if (answer) return init::unpack_error(answer->body);
  // Its end of the channel is gone since it execs.
  return answer.error().kind == Kind::not_found ? Result<void>() : answer.error();
}

}  // namespace podrun
