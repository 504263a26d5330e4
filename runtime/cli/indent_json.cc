#include "runtime/cli/indent_json.h"

#include <cstddef>

namespace podrun::cli {
namespace {

// The token that begins at `at`: a string, or else one character.
std::string_view token(std::string_view json, std::size_t at) {
  if (json[at] != '"') return json.substr(at, 1);
  std::size_t end = at + 1;
  while (end < json.size() && json[end] != '"') end += json[end] == '\\' ? 2U : 1U;
  return json.substr(at, end + 1 - at);
}

}  // namespace

std::string indent_json(std::string_view json) {
  static constexpr std::string_view kSpace = " \t\r\n";
  std::string text;
  std::size_t depth = 0;
  const auto new_line = [&] { text.append("\n").append(4 * depth, ' '); };
  for (std::size_t at = json.find_first_not_of(kSpace); at < json.size(); at = json.find_first_not_of(kSpace, at)) {
    const std::string_view part = token(json, at);
    at += part.size();
    const char kind = part.front();
    if (kind == '}' || kind == ']') {
      --depth;
      if (text.back() != '{' && text.back() != '[') new_line();
    } else if (!text.empty() && (text.back() == '{' || text.back() == '[')) {
      new_line();
    }
    text += part;
    if (kind == '{' || kind == '[') ++depth;
    if (kind == ',') new_line();
    if (kind == ':') text += ' ';
  }
  return text + "\n";
}

}  // namespace podrun::cli
