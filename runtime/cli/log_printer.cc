#include "runtime/cli/log_printer.h"

#include <algorithm>
#include <utility>

#include "runtime/cli/log_line.h"
#include "runtime/cli/log_text.h"

namespace podrun::cli {

std::string_view LogPrinter::what_fits(std::string_view text) {
  text = text.substr(0, std::min<std::uint64_t>(text.size(), style_.most));
  style_.most -= text.size();
  return text;
}

void LogPrinter::print(std::string_view record) {
  if (is_full()) return;
  LogLine line;
  if (!parse_log_line(record, line)) {  // not lost, whatever it is
    out_.print(style_.prefix);
    out_.print(what_fits(record));
    within_line_ = is_full();
    if (!within_line_) out_.print(what_fits("\n"));
    return;
  }
  if (line.time < std::string_view(style_.since)) return;
  if (!within_line_) out_.print(style_.prefix);
  if (style_.timestamps && !within_line_) out_.print(what_fits(std::string(line.time) + " "));
  print_text(line.text, line.partial);
  within_line_ = line.partial || is_full();
  if (!within_line_) end(!what_fits("\n").empty());
}

// A container's terminal ends its lines by "\r\n", which one of ours makes of "\n" by itself.
void LogPrinter::print_text(std::string_view text, bool goes_on) {
  text = what_fits(text);
  if (!out_.is_terminal()) return out_.print(text);
  if (!goes_on && text.ends_with('\r')) text.remove_suffix(1);
  out_.print_shown(shown_log_text(text, coloured_));
}

// Its colours are its own, and no part of what comes behind.
void LogPrinter::end(bool is_line) {
  if (std::exchange(coloured_, false)) out_.print_shown(kNoColour);
  if (is_line) out_.print("\n");
}

void LogPrinter::end_line() { end(std::exchange(within_line_, false)); }

}  // namespace podrun::cli
