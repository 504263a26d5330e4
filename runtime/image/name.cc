// The grammar is that of distribution's reference package (github.com/distribution/reference), which docker, containerd
// and podman share.
#include "runtime/image/name.h"

#include <algorithm>

#include "runtime/image/digest.h"

namespace podrun::image {
namespace {

constexpr std::size_t kNameLimit = 255;
constexpr std::size_t kTagLimit = 128;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return (c >= 'a' && c <= 'z') || is_digit(c); }
bool is_letter(char c) { return is_lower(c) || (c >= 'A' && c <= 'Z'); }
bool is_word(char c) { return is_letter(c) || c == '_'; }

Error invalid(std::string why) { return {Kind::invalid, 0, std::move(why)}; }

// Letters and digits; between them one dot, one or two underscores, or any number of dashes.
bool is_component(std::string_view text) {
  if (text.empty() || !is_lower(text.front()) || !is_lower(text.back())) return false;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    const std::size_t end = std::min(text.find_first_not_of(c, at), text.size());
    if (!is_lower(c) && c != '-' && !(c == '.' && end == at + 1) && !(c == '_' && end <= at + 2)) return false;
    if (!is_lower(c) && !is_lower(text[end])) return false;
    at = end;
  }
  return true;
}

bool is_host(std::string_view text) {
  if (text.starts_with('[')) {  // an address of IPv6
    const auto is_address = [](char c) { return is_letter(c) || c == ':' || c == '.'; };
    return text.size() > 2 && text.ends_with(']') && std::all_of(text.begin() + 1, text.end() - 1, is_address);
  }
  while (!text.empty()) {
    const std::string_view label = text.substr(0, text.find('.'));
    const auto is_inner = [](char c) { return is_letter(c) || c == '-'; };
    if (label.empty() || label.front() == '-' || label.back() == '-' ||
        !std::all_of(label.begin(), label.end(), is_inner))
      return false;
    if (label.size() == text.size()) return true;
    text.remove_prefix(label.size() + 1);
  }
  return false;
}

bool is_registry(std::string_view text) {
  const auto colon = text.ends_with(']') ? std::string_view::npos : text.rfind(':');
  if (colon == std::string_view::npos) return is_host(text);
  const std::string_view port = text.substr(colon + 1);
  return !port.empty() && port.size() <= 5 && std::all_of(port.begin(), port.end(), is_digit) &&
         is_host(text.substr(0, colon));
}

bool is_tag(std::string_view text) {
  const auto is_inner = [](char c) { return is_word(c) || c == '.' || c == '-'; };
  return !text.empty() && text.size() <= kTagLimit && is_word(text.front()) &&
         std::all_of(text.begin(), text.end(), is_inner);
}

// Whether what stands before the first slash is a registry and not the first part of a path.
bool names_registry(std::string_view first) {
  return first == "localhost" || first.find_first_of(".:") != std::string_view::npos ||
         std::any_of(first.begin(), first.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

Result<void> check_repository(std::string_view path) {
  while (true) {
    const std::string_view component = path.substr(0, path.find('/'));
    const bool has_capital =
        std::any_of(component.begin(), component.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    if (has_capital) return invalid("names of images are in lower case");
    if (!is_component(component))
      return invalid("expected [REGISTRY/]NAME[:TAG][@DIGEST], such as nginx:1.27 (or rootfs:DIR, oci:DIR[:TAG])");
    if (component.size() == path.size()) return {};
    path.remove_prefix(component.size() + 1);
  }
}

}  // namespace

std::string Name::text() const { return without_tag() + (digest.empty() ? ":" + tag : "@" + digest); }

Result<Name> parse_name(std::string_view text) {
  Name name;
  if (const auto at = text.find('@'); at != std::string_view::npos) {
    name.digest = TRY(parse_digest(text.substr(at + 1))).text();
    text = text.substr(0, at);
  }
  std::string_view path = text;
  if (const auto slash = text.find('/'); slash != std::string_view::npos && names_registry(text.substr(0, slash))) {
    name.registry = text.substr(0, slash);
    path = text.substr(slash + 1);
    if (!is_registry(name.registry)) return invalid("what stands before the first slash is no registry");
  }
  if (const auto colon = path.find(':'); colon != std::string_view::npos) {
    name.tag = path.substr(colon + 1);
    path = path.substr(0, colon);
    if (!is_tag(name.tag)) return invalid("what stands behind the colon is no tag");
  }
  TRY(check_repository(path));
  if (name.registry.empty() || name.registry == "index.docker.io") name.registry = "docker.io";
  name.repository = path;
  if (name.registry == "docker.io" && path.find('/') == std::string_view::npos) name.repository.insert(0, "library/");
  if (name.without_tag().size() > kNameLimit) return invalid("a name of more than 255 bytes");
  if (!name.digest.empty())
    name.tag.clear();
  else if (name.tag.empty())
    name.tag = "latest";
  return name;
}

}  // namespace podrun::image
