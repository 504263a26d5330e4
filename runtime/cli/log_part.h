// One file of a container's log while it grows: whole records only, from any of its last lines on.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "runtime/kernel/types.h"

namespace podrun::cli {

using TakeRecord = std::function<void(std::string_view record)>;

class LogPart {
 public:
  static Result<LogPart> open(const std::string& path);

  // Goes to where the last `lines` whole lines begin. Reads the file's end only. False when the file has fewer: then
  // `lines` is what is still to be found in the one before it.
  Result<bool> seek_tail(std::uint64_t& lines);

  // Hands over every record that is complete by now, without its newline; call again when the file grew.
  Result<void> read(const TakeRecord& take);
  // The beginning of a record that will have no end, once nobody writes to this file any more.
  void take_rest(const TakeRecord& take);

  bool is_same(const LogPart& other) const { return device_ == other.device_ && inode_ == other.inode_; }

 private:
  LogPart(Fd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  Fd fd_;
  std::string path_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
  off_t position_ = 0;
  std::string rest_;  // of a record whose newline has not come yet
};

}  // namespace podrun::cli
