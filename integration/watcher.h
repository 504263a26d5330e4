// A podrun that goes on until it is told to end, and what it has printed so far.
#pragma once

#include <csignal>
#include <string>

#include "integration/running.h"

namespace integration {

class Watcher {
 public:
  // Its output goes to files in `dir`. Waits until it sleeps, and sees what happens.
  Watcher(Command command, const std::string& dir);

  std::string seen() const;
  // True once that is in what it printed.
  bool sees(const std::string& text) const;
  bool sleeps() const;
  long switches() const;  // how often it has been woken
  pid_t pid() const;
  Output end(int signal = SIGINT);  // `out` as seen()
  Output output();                  // once it has ended by itself

 private:
  static Command into_files(Command command, const std::string& out, const std::string& pid);
  std::string status(const std::string& key) const;

  std::string out_;
  std::string pid_;
  Running running_;
};

}  // namespace integration
