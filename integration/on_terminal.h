// A command on a terminal of its own.
#pragma once

#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>
#include <vector>

#include "integration/command.h"

namespace integration {

// Whose other side this is.
class OnTerminal {
 public:
  explicit OnTerminal(const Command& command, winsize size = {24, 80, 0, 0}) {
    pid_ = ::forkpty(&terminal_, nullptr, nullptr, &size);
    if (pid_ != 0) return;
    std::vector<char*> argv;
    for (const std::string& argument : command.argv) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    ::execv(argv[0], argv.data());
    ::_exit(99);
  }
  OnTerminal(const OnTerminal&) = delete;
  OnTerminal& operator=(const OnTerminal&) = delete;
  ~OnTerminal() {
    if (pid_ > 0) ::kill(pid_, SIGKILL);
    if (pid_ > 0) wait_for(pid_);
    ::close(terminal_);
  }

  void type(const std::string& keys) {
    EXPECT_EQ(::write(terminal_, keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
  }
  void resize(winsize size) { ::ioctl(terminal_, TIOCSWINSZ, &size); }
  // Everything that was shown so far has `text` in it, sooner or later.
  bool shows(const std::string& text) {
    return eventually([&] { return read_some(), shown_.find(text) != std::string::npos; });
  }
  int end() {
    eventually([&] { return !read_some(); });
    const pid_t pid = pid_;
    pid_ = -1;
    return wait_for(pid);
  }
  const std::string& shown() const { return shown_; }

 private:
  // False at the end.
  bool read_some() {
    pollfd ready{terminal_, POLLIN, 0};
    while (::poll(&ready, 1, 0) == 1) {
      std::array<char, 4096> buffer{};
      const ssize_t got = ::read(terminal_, buffer.data(), buffer.size());
      if (got <= 0) return false;
      shown_.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return true;
  }
  int terminal_ = -1;
  pid_t pid_ = -1;
  std::string shown_;
};

}  // namespace integration
