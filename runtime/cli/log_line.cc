#include "runtime/cli/log_line.h"

namespace podrun::cli {
namespace {

bool take_word(std::string_view& rest, std::string_view& word) {
  const auto space = rest.find(' ');
  if (space == std::string_view::npos || space == 0) return false;
  word = rest.substr(0, space);
  rest.remove_prefix(space + 1);
  return true;
}

bool is_time(std::string_view text) {
  return text.size() >= 20 && text[4] == '-' && text[10] == 'T' && text[13] == ':' && text[0] >= '0' && text[0] <= '9';
}

}  // namespace

bool parse_log_line(std::string_view record, LogLine& line) {
  std::string_view rest = record;
  std::string_view tags;  // "F", or "F:more" one day
  if (!take_word(rest, line.time) || !is_time(line.time)) return false;
  if (!take_word(rest, line.stream) || (line.stream != "stdout" && line.stream != "stderr")) return false;
  if (!take_word(rest, tags)) return false;
  const std::string_view tag = tags.substr(0, tags.find(':'));
  if (tag != "F" && tag != "P") return false;
  line.partial = tag == "P";
  line.text = rest;
  return true;
}

}  // namespace podrun::cli
