#include "runtime/cri/listener.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <thread>
#include <utility>

#include "base/files.h"

namespace podrun::cri {
namespace {

constexpr int kFirstOfSystemd = 3;
constexpr int kBacklog = 128;
// A server that was killed while it started a worker: that has the lock too, until it has become its program.
constexpr std::chrono::seconds kServerLockPatience{2};
constexpr std::chrono::milliseconds kServerLockTick{20};

std::optional<Fd> socket_of_systemd() {
  const char* const pid = std::getenv("LISTEN_PID");
  const char* const count = std::getenv("LISTEN_FDS");
  if (pid == nullptr || count == nullptr || std::atol(pid) != ::getpid() || std::atoi(count) < 1) return std::nullopt;
  ::unsetenv("LISTEN_PID");  // for workers it would be somebody else's
  ::unsetenv("LISTEN_FDS");
  ::fcntl(kFirstOfSystemd, F_SETFD, FD_CLOEXEC);
  return Fd(kFirstOfSystemd);
}

Result<Fd> listen_at(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path))
    return Error{Kind::invalid, ENAMETOOLONG, "listen at '" + path + "': the path is too long for a socket"};
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  TRY(base::make_dirs(path.substr(0, path.rfind('/'))));
  TRY(base::remove_file(path));
  Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) return Error::system(errno, "make a socket");
  // Its mode is that of the descriptor, less the umask, from the moment it has a name.
  if (::fchmod(socket.get(), 0600) != 0 ||
      ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
      ::chmod(path.c_str(), 0600) != 0 || ::listen(socket.get(), kBacklog) != 0)
    return Error::system(errno, "listen at '" + path + "'");
  return socket;
}

bool is_of_root(const Fd& connection) {
  ucred peer{};
  socklen_t size = sizeof(peer);
  return ::getsockopt(connection.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == 0;
}

}  // namespace

Result<Fd> take_server_lock(const std::string& state_directory) {
  TRY(base::make_dirs(state_directory, 0700));
  const std::string path = state_directory + "/cri.lock";
  Fd lock = TRY(base::open_file(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0600));
  const auto deadline = std::chrono::steady_clock::now() + kServerLockPatience;
  while (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return Error::system(errno, "lock '" + path + "'");
    if (std::chrono::steady_clock::now() > deadline)
      return Error{Kind::busy, EWOULDBLOCK, "another podrun-cri serves '" + state_directory + "'"};
    std::this_thread::sleep_for(kServerLockTick);
  }
  return lock;
}

Result<Listener> Listener::open(const std::string& path) {
  if (auto given = socket_of_systemd()) return Listener(std::move(*given), "");
  return Listener(TRY(listen_at(path)), path);
}

Listener::Listener(Listener&& other) noexcept
    : socket_(std::move(other.socket_)), path_(std::exchange(other.path_, {})) {}

Listener::~Listener() {
  if (!path_.empty()) (void)base::remove_file(path_);
}

void Listener::accept_until(int end, const std::function<void(Fd connection)>& take) const {
  for (;;) {
    std::array<pollfd, 2> events{{{socket_.get(), POLLIN, 0}, {end, POLLIN, 0}}};
    if (::poll(events.data(), events.size(), -1) < 0 && errno != EINTR) return;
    if (events[1].revents != 0) return;
    if (events[0].revents == 0) continue;
    Fd connection(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (connection && is_of_root(connection)) take(std::move(connection));
  }
}

}  // namespace podrun::cri
