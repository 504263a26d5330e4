// Log records as `podrun logs` prints them: parts joined to lines, both streams to stdout, as kubectl does.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/cli/console.h"

namespace podrun::cli {

struct LogStyle {
  bool timestamps = false;
  std::string prefix{};  // before each line
  std::string since{};   // RFC 3339 in UTC with nanoseconds, as the log has it; what is older is left out
  std::uint64_t most = UINT64_MAX;  // bytes, without prefixes, as with kubectl; the last line may be cut
};

class LogPrinter {
 public:
  LogPrinter(Output& out, LogStyle style) : out_(out), style_(std::move(style)) {}
  void print(std::string_view record);
  bool is_full() const { return style_.most == 0; }
  void end_line();  // that the container has not ended yet, before something else is printed

 private:
  void print_text(std::string_view text, bool goes_on);
  void end(bool is_line);
  std::string_view what_fits(std::string_view text);

  Output& out_;
  LogStyle style_;            // `most`: what is left of it
  bool within_line_ = false;  // the last record was a part
  bool coloured_ = false;     // and has left a colour on
};

}  // namespace podrun::cli
