#include "runtime/cri/log.h"

#include <unistd.h>

#include <array>

namespace podrun::cri {
namespace {

std::string quoted_line(const std::string& text) {
  std::string line = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') line += '\\';
    line += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return line + "\"";
}

}  // namespace

void log(const Options& options, LogLevel level, const std::string& message) {
  constexpr std::array kNames{"error", "warn", "info", "debug"};
  if (level > options.log_level) return;
  const std::string line =
      std::string("level=") + kNames.at(static_cast<std::size_t>(level)) + " msg=" + quoted_line(message) + "\n";
  (void)!::write(STDERR_FILENO, line.data(), line.size());  // whole, whoever writes beside
}

}  // namespace podrun::cri
