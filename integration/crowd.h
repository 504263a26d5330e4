// Many programs at a time. Each has files in memory for stdin, stdout and stderr, so none ever waits to be read, and
// nothing here needs a thread.
#pragma once

#include <chrono>
#include <csignal>
#include <vector>

#include "base/fd.h"
#include "integration/command.h"

namespace integration {

class Crowd {
 public:
  Crowd();
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;
  ~Crowd();  // kills who has not ended

  // Starts a program, which waits at the gate as long as that is closed. The numbers are 0, 1, 2, …
  std::size_t start(const Command& command);
  // All at once, as nearly as a kernel can.
  void open_gate();

  // Takes in who has ended, and ends whose time limit (Command::limit, from the open gate on) is over.
  void look();
  // To one that has not ended as of the last look().
  void signal(std::size_t number, int signal) const { ::kill(members_[number].pid, signal); }
  bool ended(std::size_t number) const { return members_[number].pid < 0; }
  bool all_ended() const;
  std::size_t size() const { return members_.size(); }
  // Children of ours that were not waited for: their pids cannot have become others' since the last look().
  std::vector<pid_t> running() const;
  // Of one that has ended.
  const Output& output(std::size_t number) const { return members_[number].output; }

  // Opens the gate, and does `meanwhile` over and over, until all have ended.
  template <class Meanwhile>
  void run(Meanwhile meanwhile) {
    open_gate();
    for (look(); !all_ended(); look()) meanwhile();
  }
  void run();

 private:
  struct Member {
    pid_t pid = -1;  // -1: ended
    base::Fd out, err;
    std::chrono::steady_clock::duration limit{};
    std::chrono::steady_clock::time_point deadline{};  // unset before the gate is open
    Output output;
  };
  static void finish(Member& member, int status);

  base::Fd gate_;      // write end: closing it lets everybody go
  base::Fd entrance_;  // read end
  std::vector<Member> members_;
};

}  // namespace integration
