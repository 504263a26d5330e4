// A container's log file, NAME.log, and the older ones that it was: NAME.log.1 the last, NAME.log.2 the one before …
// Nothing but whole lines in it, whatever becomes of the disk.
#pragma once

#include <sys/uio.h>

#include <cstdint>
#include <span>
#include <string>

#include "runtime/kernel/types.h"
#include "runtime/model/plan.h"

namespace podrun::shim {

class Log {
 public:
  // Goes on at the end of what is there already.
  static Result<Log> open(Fd dir, std::string name, LogLimits limits);

  // `lines` is a few whole lines, each end of a line at the end of a part. Returns how many bytes of them were taken:
  // fewer than all when the disk is full, but whole lines.
  std::size_t append(std::span<const iovec> lines);

  // Somebody else has moved the file away (the kubelet, whose own limits then hold), and this is the next one.
  void go_on_in(Fd file);

  // For whoever takes it over (table.h).
  Log() = default;
  template <class Table>
  void visit(Table& table) {
    table(dir_, name_, limits_.bytes, limits_.files, file_, size_, torn_);
  }

 private:
  Log(Fd dir, std::string name, LogLimits limits) : dir_(std::move(dir)), name_(std::move(name)), limits_(limits) {}
  void make_room(std::size_t bytes);
  void take_back(std::size_t bytes);

  Fd dir_;
  std::string name_;
  LogLimits limits_;
  Fd file_;
  std::uint64_t size_ = 0;
  bool torn_ = false;  // the file ends within a line
};

}  // namespace podrun::shim
