#include "runtime/cli/indented_text.h"

#include <algorithm>
#include <utility>

#include "runtime/cli/console.h"

namespace podrun::cli {

void IndentedText::line(std::size_t indent, const std::string& key, const std::string& value) {
  text_.append(indent, ' ').append(key).append(":");
  if (!value.empty()) text_.append(std::max<std::size_t>(kColumn - std::min(kColumn, key.size() + 1), 1), ' ');
  text_.append(one_line(value)).append("\n");
}

void IndentedText::lines(std::size_t indent, std::string key, std::string_view value) {
  while (!value.empty()) {
    const std::size_t end = std::min(value.find('\n'), value.size());
    const std::string one(value.substr(0, end));
    if (key.empty())
      bare(indent + kColumn, one);
    else
      line(indent, std::exchange(key, {}), one);
    value.remove_prefix(std::min(end + 1, value.size()));
  }
}

void IndentedText::bare(std::size_t indent, const std::string& value) {
  text_.append(indent, ' ').append(one_line(value)).append("\n");
}

void IndentedText::block(std::size_t indent, std::string_view lines) {
  for (std::size_t end = lines.find('\n'); end != std::string_view::npos; end = lines.find('\n')) {
    text_.append(indent, ' ').append(lines.substr(0, end + 1));
    lines.remove_prefix(end + 1);
  }
}

}  // namespace podrun::cli
