#include "runtime/cli/log_printer.h"

#include "runtime/cli/log_line.h"

namespace podrun::cli {

void LogPrinter::print(std::string_view record) {
  LogLine line;
  if (!parse_log_line(record, line)) {  // not lost, whatever it is
    out_.print(style_.prefix + std::string(record) + "\n");
    within_line_ = false;
    return;
  }
  if (line.time < std::string_view(style_.since)) return;
  if (!within_line_) out_.print(style_.prefix);
  if (style_.timestamps && !within_line_) {
    out_.print(line.time);
    out_.print(" ");
  }
  out_.print(line.text);
  if (!line.partial) out_.print("\n");
  within_line_ = line.partial;
}

void LogPrinter::end_line() {
  if (within_line_) out_.print("\n");
  within_line_ = false;
}

}  // namespace podrun::cli
