// A handler for tests that does what it is asked to, on this machine: commands are processes, connections are TCP.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <string>
#include <utility>
#include <vector>

#include "runtime/stream/server.h"

namespace podrun::stream {

class TestHandler : public Handler {
 public:
  std::atomic<int> running = 0;  // functions
  std::atomic<int> killed = 0;   // commands whose client had gone

  Result<int> exec(const ExecRequest& request, Ends ends) override {
    const Counted counted(running);
    if (request.command[0] == "fail") return Error{.kind = Kind::internal, .what = "it cannot be executed"};
    if (request.command[0] == "sizes") return tell_sizes(ends);
    return run(request.command, std::move(ends));
  }

  // The container is one that says hello, and then what it hears.
  Result<void> attach(const AttachRequest&, Ends ends) override {
    const Counted counted(running);
    const auto end = run({"sh", "-c", "echo hello; exec cat"}, std::move(ends));
    if (!end) return end.error();
    return {};
  }

  Result<void> port_forward(const std::string&, std::uint16_t port, Fd connection) override {
    const Counted counted(running);
    const Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    name.sin_port = htons(port);
    if (::connect(socket.get(), reinterpret_cast<sockaddr*>(&name), sizeof(name)) != 0)
      return Error::system(errno, "connect to port " + std::to_string(port));
    relay(connection.get(), socket.get());
    return {};
  }

 private:
  struct Counted {
    explicit Counted(std::atomic<int>& its_number) : number(its_number) { ++number; }
    ~Counted() { --number; }
    std::atomic<int>& number;
  };

  static Result<int> tell_sizes(const Ends& ends) {
    TerminalSize size;
    while (::read(ends.sizes.get(), &size, sizeof(size)) == sizeof(size)) {
      const std::string line = std::to_string(size.columns) + "x" + std::to_string(size.rows) + "\n";
      (void)!::write(ends.out.get(), line.data(), line.size());
      if (size.columns == 99) break;
    }
    return 0;
  }

  Result<int> run(const std::vector<std::string>& command, Ends ends) {
    std::vector<char*> argv;
    for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    const Fd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    const std::array<const Fd*, 3> stdio{&ends.in, &ends.out, &ends.err};
    for (int i = 0; i < 3; ++i)
      ::posix_spawn_file_actions_adddup2(
          &actions, *stdio[static_cast<std::size_t>(i)] ? stdio[static_cast<std::size_t>(i)]->get() : null.get(), i);
    posix_spawnattr_t attributes;
    ::posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    pid_t pid = -1;
    const int error = ::posix_spawnp(&pid, argv[0], &actions, &attributes, argv.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
    if (error != 0) return Error::system(error, "execute '" + command[0] + "'");
    ends.in.reset();
    ends.out.reset();
    ends.err.reset();

    const Fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    std::array<pollfd, 2> what{pollfd{.fd = pidfd.get(), .events = POLLIN, .revents = 0},
                               pollfd{.fd = ends.gone.get(), .events = 0, .revents = 0}};
    ::poll(what.data(), what.size(), -1);
    if (what[0].revents == 0) {
      ::kill(pid, SIGKILL);
      ++killed;
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

  static void relay(int left, int right) {
    std::array<std::pair<int, int>, 2> ways{std::pair{left, right}, std::pair{right, left}};
    int open = 2;
    while (open > 0) {
      std::array<pollfd, 2> what{};
      for (std::size_t i = 0; i < 2; ++i) what[i] = {.fd = ways[i].first, .events = POLLIN, .revents = 0};
      if (::poll(what.data(), what.size(), -1) < 0) return;
      for (std::size_t i = 0; i < 2; ++i) {
        if (what[i].revents == 0) continue;
        std::array<char, 16384> bytes{};
        const ssize_t size = ::read(ways[i].first, bytes.data(), bytes.size());
        for (ssize_t sent = 0; sent < size;) {
          const ssize_t now =
              ::send(ways[i].second, bytes.data() + sent, static_cast<std::size_t>(size - sent), MSG_NOSIGNAL);
          if (now <= 0) return;
          sent += now;
        }
        if (size > 0) continue;
        ::shutdown(ways[i].second, SHUT_WR);
        ways[i].first = -1;
        --open;
      }
    }
  }
};

}  // namespace podrun::stream
