// How long commands take, by the wall clock: from before posix_spawn(3), which is a vfork and an exec, until waitid(2)
// has seen the end. No shell and no pipe is in between.
#pragma once

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace bench {

using Milliseconds = std::chrono::duration<double, std::milli>;
using Argv = std::vector<std::string>;

// Runs one command with /dev/null as stdin and stdout. A command that fails ends the benchmark, with what it said: a
// figure that leaves out failures would be worse than none.
Milliseconds time_command(const Argv& command);

// One after another; the sum.
Milliseconds time_commands(const std::vector<Argv>& commands);

class Samples {
 public:
  void add(Milliseconds sample) { sorted_.insert(std::upper_bound(sorted_.begin(), sorted_.end(), sample), sample); }
  bool empty() const { return sorted_.empty(); }
  std::size_t size() const { return sorted_.size(); }
  Milliseconds min() const { return sorted_.front(); }
  Milliseconds median() const { return at(0.5); }
  Milliseconds p90() const { return at(0.9); }

 private:
  // The nearest rank: always a figure that was measured.
  Milliseconds at(double part) const {
    return sorted_[static_cast<std::size_t>(part * static_cast<double>(sorted_.size() - 1) + 0.5)];
  }
  std::vector<Milliseconds> sorted_;
};

// Says on stderr what failed, and ends the program with 1.
[[noreturn]] void fail(const std::string& what);

}  // namespace bench
