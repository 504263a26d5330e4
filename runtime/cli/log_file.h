// A container's log while it grows: whole records only, from any of its last lines on.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "runtime/kernel/types.h"

namespace podrun::cli {

class LogFile {
 public:
  static Result<LogFile> open(const std::string& path);

  // Goes to where the last `lines` whole lines begin. Reads the file's end only.
  Result<void> seek_tail(std::uint64_t lines);

  // Hands over every record that is complete by now, without its newline; call again when the file grew.
  Result<void> read(const std::function<void(std::string_view record)>& take);

 private:
  LogFile(Fd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  Fd fd_;
  std::string path_;
  off_t position_ = 0;
  std::string rest_;  // of a record whose newline has not come yet
};

}  // namespace podrun::cli
