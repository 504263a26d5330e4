// Bytes carried between descriptors, several ways at once, by one thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "runtime/kernel/types.h"

namespace podrun::cri {

class Relay {
 public:
  // One way. At the end of `from` `at_end` is called, if there is one, and both are closed. Without a `to` what comes
  // is dropped. Makes both non-blocking.
  void add(Fd from, Fd to, std::function<void(int to)> at_end = nullptr);
  // Calls it with something to read at `fd`, which stays the caller's, until it says false. Its end does not count.
  void watch(int fd, std::function<bool()> ready);
  // Calls stop() once nobody is at the other end of `fd` any more (POLLHUP), whatever there is to read.
  void stop_without(int fd) { gone_ = fd; }

  // Until every way that counts is at its end, or stop() was called by a function of the caller's; once let_end() was,
  // a way that stands still for a moment counts no more.
  void run();
  void stop() { is_stopped_ = true; }
  void let_end() { is_ending_ = true; }
  bool has_ways() const;

 private:
  struct Way {
    Fd from, to;
    bool has_to = false;
    std::string rest;  // that `to` has not taken yet
    std::function<void(int to)> at_end;
  };
  struct Watched {
    int fd = -1;
    std::function<bool()> ready;
  };
  void read(Way& way);
  void write(Way& way);
  void end(Way& way);

  std::vector<Way> ways_;
  std::vector<Watched> watched_;
  int gone_ = -1;
  bool is_stopped_ = false;
  bool is_ending_ = false;
};

}  // namespace podrun::cri
