#include "runtime/cli/progress_line.h"

#include <unistd.h>

#include <string>

#include "base/files.h"
#include "runtime/cli/console.h"
#include "runtime/cli/terminal.h"

namespace podrun::cli {
namespace {

constexpr std::string_view kClear = "\r\x1b[K";

void put(const std::string& text) { static_cast<void>(base::write_all(STDERR_FILENO, text, "stderr")); }

}  // namespace

ProgressLine::ProgressLine() : on_terminal_(::isatty(STDERR_FILENO) != 0) {}

ProgressLine::~ProgressLine() {
  if (on_terminal_) put(std::string(kClear));
}

void ProgressLine::show(std::string_view text) {
  // One column less than there are: in the last one some terminals go on to the next line.
  if (on_terminal_) put(std::string(kClear) + one_line(text).substr(0, columns_of(STDERR_FILENO) - 1));
}

void show_progress(std::optional<ProgressLine>& line, const std::string& text) {
  if (text.empty()) return line.reset();
  if (!line) line.emplace();
  line->show(text);
}

}  // namespace podrun::cli
