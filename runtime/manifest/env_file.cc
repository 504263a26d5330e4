#include "runtime/manifest/env_file.h"

#include <algorithm>

namespace podrun::manifest {
namespace {

constexpr std::string_view kBlanks = " \t";

std::string_view without_blanks_before(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(kBlanks), text.size()));
}

class EnvFile {
 public:
  explicit EnvFile(std::string_view text) : rest_(text) {}

  Result<std::optional<std::string>> find(std::string_view key) {
    while (!rest_.empty()) {
      const std::string_view line = without_blanks_before(next_line());
      if (line.empty() || line.starts_with('#')) continue;
      const auto equals = line.find('=');
      if (equals == std::string_view::npos) return wrong(line_, "has no '='");
      const std::string_view name = line.substr(0, equals);
      if (name.empty() || kBlanks.find(name.back()) != std::string_view::npos)
        return wrong(line_, "has no name right before its '='");
      std::string value = TRY(take_value(line.substr(equals + 1)));
      if (name == key) return std::optional(std::move(value));
    }
    return std::optional<std::string>();
  }

 private:
  std::string_view next_line() {
    const auto end = rest_.find('\n');
    std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    ++line_;
    return line;
  }

  // A blank after the '=' ends an empty value, as for a shell.
  Result<std::string> take_value(std::string_view text) {
    if (!text.empty() && kBlanks.find(text.front()) != std::string_view::npos) return std::string();
    if (!text.starts_with('\'')) return wrong(line_, "has a value without single quotes around it");
    const int first = line_;
    std::string value;
    for (text.remove_prefix(1);; text = next_line()) {
      const auto end = text.find('\'');
      value += text.substr(0, end);
      if (end != std::string_view::npos) {
        const std::string_view behind = without_blanks_before(text.substr(end + 1));
        if (!behind.empty() && !behind.starts_with('#')) return wrong(line_, "has more behind its value");
        return value;
      }
      if (rest_.empty()) return wrong(first, "begins a value that no quote ends");
      value += '\n';
    }
  }

  static Error wrong(int line, const std::string& what) {
    return {Kind::invalid, 0, "line " + std::to_string(line) + " " + what};
  }

  std::string_view rest_;
  int line_ = 0;
};

}  // namespace

Result<std::optional<std::string>> find_in_env_file(std::string_view text, std::string_view key) {
  return EnvFile(text).find(key);
}

}  // namespace podrun::manifest
