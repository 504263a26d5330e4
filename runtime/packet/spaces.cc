#include "runtime/packet/spaces.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <optional>

#include "base/files.h"
#include "base/netns.h"
#include "base/result.h"

namespace podrun::packet {

Result<void> run_in(const OpenSpace& space, const std::function<Result<void>()>& work) {
  return base::run_in_netns(space.netns, space.name, work);
}

Result<Fd> open_socket_in(const OpenSpace& space, int family, int type, int protocol) {
  Fd opened;
  TRY(run_in(space, [&]() -> Result<void> {
    opened = Fd(::socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol));
    return opened ? Result<void>() : Error::system(errno, "open a socket in " + space.name);
  }));
  return opened;
}

Result<base::NetlinkSocket> open_netlink_in(const OpenSpace& space, int protocol) {
  std::optional<base::NetlinkSocket> opened;
  TRY(run_in(space, [&]() -> Result<void> {
    opened = TRY(base::NetlinkSocket::open(protocol));
    return {};
  }));
  return *std::move(opened);
}

namespace {

// A program begins in the namespace of the thread that starts it.
Result<std::string> output_of(const std::vector<std::string>& argv) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return Error::system(errno, "make a pipe");
  Fd from(ends[0]);
  Fd to(ends[1]);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, to.get(), STDOUT_FILENO);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  std::vector<std::string> words = argv;
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  pid_t pid = 0;
  const int failed = ::posix_spawnp(&pid, words.front().c_str(), &actions, nullptr, pointers.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return Error::system(failed, "run '" + argv.front() + "'");
  to.reset();
  auto text = base::read_all(from.get(), argv.front());
  from.reset();  // what has more to say than is read ends
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return Error{Kind::internal, 0, "'" + argv.front() + "' failed"};
  return text;
}

}  // namespace

Result<std::string> ask_program(const OpenSpace& space, const std::vector<std::string>& argv) {
  std::string text;
  TRY(run_in(space, [&]() -> Result<void> {
    text = TRY(output_of(argv));
    return {};
  }));
  return text;
}

}  // namespace podrun::packet
