// The one whom the shim wakes: it decides nothing by itself, and does not ask what is to be done.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "runtime/kernel/types.h"
#include "runtime/shim/protocol.h"
#include "runtime/shim/table.h"

namespace podrun::shim {

class AlarmClock {
 public:
  // The program, then the cgroup to run it in. None calls it off.
  Result<void> set(Alarm alarm, std::vector<Fd> fds);

  // From now on the alarm, if there is one, is for this one.
  void set_program(Fd program);

  // A container has ended. Told while it runs, it runs once more afterwards.
  void wake();
  // Runs what is due.
  void tick();
  // Milliseconds until tick() has something to do, -1 for never.
  int milliseconds_left() const;
  // For whoever takes it over (table.h).
  void write(TableWriter& table);
  bool read(TableReader& table, std::string_view kind);

  // True when that was the program that it ran; one that failed is run again, a second
  // later at first, then after twice as long each time.
  bool has_ended(pid_t pid, int status);

 private:
  bool is_set() const { return !alarm_.args.empty(); }
  void run();

  Alarm alarm_;
  Fd program_;
  Fd cgroup_;
  std::vector<Fd> tasks_;
  pid_t running_ = 0;
  bool again_ = false;
  unsigned failures_ = 0;  // in a row
};

}  // namespace podrun::shim
