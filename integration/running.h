// One command that is under way.
#pragma once

#include <csignal>

#include "integration/crowd.h"

namespace integration {

class Running {
 public:
  explicit Running(const Command& command) {
    crowd_.start(command);
    crowd_.open_gate();
  }
  // To a process that has ended already: to nobody.
  void signal(int number) {
    crowd_.look();
    for (const pid_t pid : crowd_.running()) ::kill(pid, number);
  }
  bool ended() {
    crowd_.look();
    return crowd_.ended(0);
  }
  const Output& output() {
    crowd_.run();
    return crowd_.output(0);
  }

 private:
  Crowd crowd_;
};

}  // namespace integration
