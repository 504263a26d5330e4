#include "runtime/sandbox/shim.h"

#include <fcntl.h>
#include <linux/limits.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "base/files.h"
#include "runtime/kernel/mounts.h"
#include "runtime/kernel/program.h"
#include "runtime/kernel/wire.h"

namespace podrun {
namespace {

constexpr std::chrono::seconds kControlPatience{30};

struct ShimFiles {
  Fd program, control, box, socket, null, log;
};

Result<std::string> find_helper(const std::string& name) {
  std::string beside = TRY(own_path());
  beside.erase(beside.rfind('/') + 1);
  for (const std::string& dir : {beside, std::string(PODRUN_LIBEXECDIR "/")})
    if (base::path_exists(dir + name)) return dir + name;  // whether it can be run is for exec to say
  return Error{Kind::not_found, ENOENT,
               "find program '" + name + "': it is neither in " + beside + " nor in " PODRUN_LIBEXECDIR};
}

Error cannot_run(const std::string& name, int error_number) {
  Error error = Error::system(error_number, "run '" + find_helper(name).value_or(name) + "'");
  if (error_number == EACCES) error.what += " (is it executable, and its filesystem not mounted noexec?)";
  return error;
}

// In the child: descriptors into their places, then the program; returns only to say why it did not become it. They
// may be where others belong: dup2 only after the sources are out of the way.
Error become_shim(const ShimFiles& files, const std::string& id, const std::vector<Fd>& v1_tasks) {
  ::setsid();
  if (::chdir("/") != 0) return Error::system(errno, "change directory to '/'");
  for (const Fd& tasks : v1_tasks)
    if (::write(tasks.get(), "0", 1) != 1) return Error::system(errno, "enter the pod's cgroup");
  constexpr int kAbove = 10;
  const int program = ::fcntl(files.program.get(), F_DUPFD_CLOEXEC, kAbove);
  const std::array<int, 6> sources{
      ::fcntl(files.null.get(), F_DUPFD_CLOEXEC, kAbove), ::fcntl(files.null.get(), F_DUPFD_CLOEXEC, kAbove),
      ::fcntl(files.log.get(), F_DUPFD_CLOEXEC, kAbove),  ::fcntl(files.control.get(), F_DUPFD_CLOEXEC, kAbove),
      ::fcntl(files.box.get(), F_DUPFD_CLOEXEC, kAbove),  ::fcntl(files.socket.get(), F_DUPFD_CLOEXEC, kAbove)};
  static_assert(shim::kControl == 3 && shim::kBox == 4 && shim::kSocket == 5);
  for (int target = 0; target < 6; ++target)
    if (::dup2(sources[static_cast<std::size_t>(target)], target) < 0)
      return Error::system(errno, "hand over descriptor " + std::to_string(target));
  std::string name = "podrun-shim";
  std::string argument = id;
  std::array<char*, 3> args{name.data(), argument.data(), nullptr};
  std::array<char*, 1> env{nullptr};
  ::execveat(program, "", args.data(), env.data(), AT_EMPTY_PATH);
  return cannot_run("podrun-shim", errno);
}

// The child's last word: the answer to what the shim is asked first. It stays until the client has hung up: whoever
// leaves a request unread resets the connection, and its answer is lost.
[[noreturn]] void give_up(const Channel& control, const Error& error) {
  (void)control.send(static_cast<std::uint32_t>(shim::MessageType::error), init::pack(error));
  while (control.receive(kControlPatience)) {
  }
  ::_exit(1);
}

}  // namespace

Result<Fd> open_helper(const std::string& name, bool host_users) {
  const std::string path = TRY(find_helper(name));
  return host_users ? mounts::read_only_program(path) : base::open_file(path, O_PATH);
}

Result<Fd> open_self(bool host_users) {
  constexpr const char* kSelf = "/proc/self/exe";
  struct statvfs info {};
  // One that runs from such a mount already could not clone it before Linux 6.15, being in no mount namespace.
  if (::statvfs(kSelf, &info) == 0 && (info.f_flag & ST_RDONLY) != 0) return base::open_file(kSelf, O_PATH);
  return host_users ? mounts::read_only_program(kSelf) : base::open_file(kSelf, O_PATH);
}

Result<Channel> connect_shim(const Layout& layout, const PodPlan& pod) {
  return connect_to_shim(layout, pod.who.id, [&]() -> Result<std::array<Fd, 2>> {
    const bool host_users = pod.namespaces.host_users;
    return std::array{TRY(open_helper("podrun-shim", host_users)), TRY(open_self(host_users))};
  });
}

Result<ShimClient> start_shim(const Layout& layout, const PodPlan& pod, const Cgroup& cgroup) {
  const std::string& id = pod.who.id;
  const CgroupEntry aux = TRY(cgroup.aux_entry());
  auto [ours, theirs] = TRY(Channel::pair());
  ShimFiles files;
  files.program = TRY(open_helper("podrun-shim", pod.namespaces.host_users));
  files.control.reset(::fcntl(theirs.fd(), F_DUPFD_CLOEXEC, 6));  // above where descriptors are put
  theirs.close();
  files.socket = TRY(listen_for_clients(layout, id));
  files.box = TRY(base::open_file(layout.box(id), O_PATH | O_DIRECTORY));
  files.null = TRY(base::open_file("/dev/null", O_RDWR));
  files.log = TRY(base::open_file(layout.shim_log(id), O_WRONLY | O_CREAT | O_APPEND, 0600));

  Fd pidfd;
  const pid_t pid = TRY(clone_process(0, &pidfd, aux.v2 ? aux.v2.get() : -1));
  if (pid == 0) {
    ours.close();
    const Error error = become_shim(files, id, aux.v1_tasks);
    give_up(Channel(std::move(files.control)), error);
  }
  return ShimClient::greet(TRY(identify(pid, pidfd.get())), std::move(ours));
}

}  // namespace podrun
