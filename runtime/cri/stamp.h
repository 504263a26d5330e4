// Which state a file or a directory is in. A record is replaced, never written to: the new one is another file. And a
// directory changes with the names in it.
#pragma once

#include <sys/types.h>
#include <time.h>

#include <optional>
#include <string>

namespace podrun::cri {

class Stamp {
 public:
  // Nothing where it is not there.
  static std::optional<Stamp> of(const std::string& path);
  // Whether every change since it was taken is another stamp: the clock of files ticks only every few milliseconds, so
  // a state that was new then may have changed within its tick.
  bool has_settled() const { return has_settled_; }
  bool operator==(const Stamp& other) const;

 private:
  dev_t device_ = 0;
  ino_t inode_ = 0;
  timespec changed_{};
  bool has_settled_ = false;
};

}  // namespace podrun::cri
