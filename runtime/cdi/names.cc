#include "runtime/cdi/names.h"

#include <algorithm>
#include <string>

namespace podrun::cdi {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_word(char c) { return is_letter(c) || (c >= '0' && c <= '9'); }

// Words joined by what is in `joints`.
bool is_joined(std::string_view text, std::string_view joints) {
  return !text.empty() && is_word(text.front()) && is_word(text.back()) &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return is_word(c) || joints.find(c) != std::string_view::npos; });
}

bool is_half_of_kind(std::string_view text) { return is_joined(text, "_-.") && is_letter(text.front()); }

}  // namespace

bool is_kind(std::string_view text) {
  const std::size_t slash = text.find('/');
  return slash != std::string_view::npos && is_half_of_kind(text.substr(0, slash)) &&
         is_half_of_kind(text.substr(slash + 1));
}

bool is_device_name(std::string_view text) { return is_joined(text, "_-.:"); }

Result<Name> parse_name(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals != std::string_view::npos) {
    const Name name{text.substr(0, equals), text.substr(equals + 1)};
    if (is_kind(name.kind) && is_device_name(name.name)) return name;
  }
  return Error{Kind::invalid, 0, "expected VENDOR/CLASS=NAME"};
}

}  // namespace podrun::cdi
