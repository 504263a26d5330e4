// Whatever has to clone, to enter a namespace or to mount is done by `podrun system op`, in a process of its own: who
// has threads does none of it. A worker goes on where the server dies.
#pragma once

#include <sys/resource.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "runtime/kernel/channel.h"
#include "runtime/kernel/types.h"

namespace podrun::cri {

// One that runs.
class Worker {
 public:
  Worker(pid_t pid, Fd answer, Channel channel) : pid_(pid), answer_(std::move(answer)), channel_(std::move(channel)) {}
  Worker(Worker&&) noexcept;
  Worker& operator=(Worker&&) = delete;
  ~Worker();  // reaps it: its end is waited for

  // What it hands over, by its letter (cli/op_exec.h). Its own error where it hands over nothing.
  Result<std::map<char, Fd>> take_handed();
  // Its answer: waits for its end.
  Result<nlohmann::json> wait();
  // Readable once there is an answer.
  int answer_fd() const { return answer_.get(); }
  // What it has handed over is not wanted any more: an exec is killed.
  void let_go() { channel_.close(); }

 private:
  pid_t pid_;
  Fd answer_;
  Channel channel_;
};

class Workers {
 public:
  // `open_files`: how many descriptors they, and what they run, may have; the server's own limit is not for them.
  Workers(std::string program, std::vector<std::string> flags, rlimit open_files)
      : program_(std::move(program)), flags_(std::move(flags)), open_files_(open_files) {}

  Result<Worker> begin(const std::vector<std::string>& words, const std::string& input = "") const;
  Result<nlohmann::json> run(const std::vector<std::string>& words, const std::string& input = "") const;

 private:
  std::string program_;
  std::vector<std::string> flags_;
  rlimit open_files_;
};

}  // namespace podrun::cri
