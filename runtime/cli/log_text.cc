#include "runtime/cli/log_text.h"

#include "base/printable.h"

namespace podrun::cli {
namespace {

constexpr std::string_view kBegin = "\x1b[";

// The length of the sequence that `text` begins with; 0: it begins with none.
std::size_t colour_length(std::string_view text) {
  if (!text.starts_with(kBegin)) return 0;
  const std::size_t end = text.find_first_not_of("0123456789;", kBegin.size());
  return end != std::string_view::npos && text[end] == 'm' ? end + 1 : 0;
}

bool turns_off(std::string_view colour) { return colour.find_first_not_of("0;", kBegin.size()) + 1 == colour.size(); }

}  // namespace

std::string shown_log_text(std::string_view text, bool& coloured) {
  std::string shown;
  while (!text.empty()) {
    const std::size_t length = colour_length(text);
    if (length != 0) {
      coloured = !turns_off(text.substr(0, length));
      shown += text.substr(0, length);
      text.remove_prefix(length);
      continue;
    }
    const std::size_t next = text.find(kBegin, 1);
    shown += base::printable(text.substr(0, next));
    text.remove_prefix(next == std::string_view::npos ? text.size() : next);
  }
  return shown;
}

}  // namespace podrun::cli
