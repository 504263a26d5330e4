// A process of the pod whose parent the shim is.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "runtime/kernel/types.h"
#include "runtime/shim/output.h"

namespace podrun::shim {

struct Child {
  pid_t pid = 0;
  Fd pidfd;
  std::string key;               // "web.0"; empty: pause
  std::string cgroup;            // ends with it; empty: whoever is in there is in its pid namespace, and ends with that
  std::optional<Output> output;  // none: pause
  bool terminal = false;
  Fd input;                 // the writing end of its stdin, or its terminal's master; empty: it has none
  bool input_once = false;  // ends with `writer`
  int writer = 0;           // the first client that was given the input; 0: none was
  Fd message;               // the file that it writes what it has to say of its end into; empty: it has none

  template <class Table>
  void visit(Table& table) {
    table(pid, pidfd, key, cgroup, terminal, input, input_once, writer, message);
  }
};

}  // namespace podrun::shim
