#include "runtime/manifest/names.h"

#include <algorithm>

#include "base/ip.h"
#include "runtime/manifest/manifest.h"

namespace podrun {
namespace {

bool is_lower(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_alnum(char c) { return is_lower(c) || (c >= 'A' && c <= 'Z'); }

std::string too_long(std::string_view name, std::size_t most) {
  return "is " + std::to_string(name.size()) + " characters long, and at most " + std::to_string(most) + " are allowed";
}

// Begins and ends with what `edge` takes, and holds that and `inner` only.
bool is_made_of(std::string_view name, bool (*edge)(char), std::string_view inner) {
  return !name.empty() && edge(name.front()) && edge(name.back()) && std::all_of(name.begin(), name.end(), [&](char c) {
    return edge(c) || inner.find(c) != std::string_view::npos;
  });
}

// A name of parts between dots, each of which `good` takes.
template <class Good>
bool each_part(std::string_view name, Good good) {
  for (;;) {
    const std::size_t dot = name.find('.');
    if (!good(name.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    name.remove_prefix(dot + 1);
  }
}

}  // namespace

std::string why_bad_label(std::string_view name) {
  if (name.empty()) return "is empty";
  if (name.size() > 63) return too_long(name, 63);
  if (is_made_of(name, is_lower, "-")) return {};
  return "may hold only a-z, 0-9 and '-', and begins and ends with a letter or digit";
}

std::string why_bad_subdomain(std::string_view name) {
  if (name.empty()) return "is empty";
  if (name.size() > 253) return too_long(name, 253);
  if (each_part(name, [](std::string_view part) { return is_made_of(part, is_lower, "-"); })) return {};
  return "may hold only a-z, 0-9, '-' and '.', and begins and ends with a letter or digit, as does each part between "
         "dots";
}

namespace manifest {

std::string why_bad_label_key(std::string_view key) {
  std::string_view name = key;
  if (const std::size_t slash = key.find('/'); slash != std::string_view::npos) {
    if (const std::string why = why_bad_subdomain(key.substr(0, slash)); !why.empty())
      return "has a prefix that " + why;
    name.remove_prefix(slash + 1);
  }
  if (name.empty()) return "has no name";
  if (name.size() > 63) return too_long(name, 63);
  if (is_made_of(name, is_alnum, "-_.")) return {};
  return "may hold only letters, digits, '-', '_' and '.', and begins and ends with a letter or digit; a DNS name and "
         "'/' may stand in front";
}

std::string why_bad_label_value(std::string_view value) {
  if (value.size() > 63) return too_long(value, 63);
  if (value.empty() || is_made_of(value, is_alnum, "-_.")) return {};
  return "may hold only letters, digits, '-', '_' and '.', and begins and ends with a letter or digit";
}

std::string why_bad_data_key(std::string_view key) {
  if (key.size() > 253) return too_long(key, 253);
  if (key == "." || key.starts_with("..")) return "may not be '.' or begin with '..'";
  const auto good = [](char c) { return is_alnum(c) || c == '-' || c == '_' || c == '.'; };
  return !key.empty() && std::all_of(key.begin(), key.end(), good) ? ""
                                                                   : "may hold only letters, digits, '-', '_' and '.'";
}

std::string why_bad_env_name(std::string_view name) {
  if (name.empty()) return "is empty";
  const auto printable = [](char c) { return c >= ' ' && c <= '~' && c != '='; };
  return std::all_of(name.begin(), name.end(), printable) ? ""
                                                          : "may hold only printable ASCII characters other than '='";
}

std::string why_bad_port_name(std::string_view name) {
  if (name.size() > 15) return too_long(name, 15);
  const bool letter = std::any_of(name.begin(), name.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  if (is_made_of(name, is_lower, "-") && letter && name.find("--") == std::string_view::npos) return {};
  return "may hold only a-z, 0-9 and single '-' between them, and needs a letter";
}

std::string why_bad_search_domain(std::string_view name) {
  if (name == ".") return {};
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.empty()) return "is empty";
  if (name.size() > 253) return too_long(name, 253);
  const auto part = [](std::string_view text) {
    if (text.starts_with('_')) text.remove_prefix(1);
    return is_made_of(text, is_lower, "-_");
  };
  return each_part(name, part) ? "" : "is no DNS name in lower case";
}

std::string why_bad_ip(std::string_view address) { return base::IpAddress::parse(address) ? "" : "is no IP address"; }

}  // namespace manifest
}  // namespace podrun
