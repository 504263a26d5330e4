// A container's log while it grows, across the files it is renewed in (NAME.log, NAME.log.1 the one before …): as if
// it were one, no record twice, none left out that was there when it was its turn.
#pragma once

#include <deque>
#include <string>

#include "runtime/cli/log_part.h"

namespace podrun::cli {

class LogFile {
 public:
  static Result<LogFile> open(const std::string& path);

  // Goes to where the last `lines` whole lines begin.
  Result<void> seek_tail(std::uint64_t lines);

  // Hands over every record that is complete by now, without its newline; call again when the log grew.
  Result<void> read(const TakeRecord& take);

 private:
  LogFile(std::string path, std::deque<LogPart> parts) : path_(std::move(path)), parts_(std::move(parts)) {}
  Result<bool> find_newer();

  std::string path_;
  std::deque<LogPart> parts_;  // the oldest first; read from the front
};

}  // namespace podrun::cli
