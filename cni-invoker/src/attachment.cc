#include "cni/attachment.h"

#include <algorithm>
#include <cctype>

#include "cni/base/try.h"

namespace cni {
namespace {

bool is_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

Result<void> check_name(std::string_view name, const std::string& what) {
  if (name.empty()) return Error{Kind::invalid, 0, what + " is empty"};
  const bool good = is_alphanumeric(name.front()) && std::all_of(name.begin(), name.end(), [](char c) {
                      return is_alphanumeric(c) || c == '_' || c == '.' || c == '-';
                    });
  if (good) return {};
  return Error{
      Kind::invalid, 0,
      what + " '" + std::string(name) + "': expected a letter or digit, then letters, digits, '_', '.' and '-'"};
}

// White space in Unicode that is more than one byte in UTF-8: what Go's unicode.IsSpace adds to ASCII.
bool holds_unicode_space(std::string_view text) {
  static constexpr std::string_view kSpaces[] = {
      "\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\x80", "\xE2\x80\x81", "\xE2\x80\x82", "\xE2\x80\x83",
      "\xE2\x80\x84", "\xE2\x80\x85", "\xE2\x80\x86", "\xE2\x80\x87", "\xE2\x80\x88", "\xE2\x80\x89", "\xE2\x80\x8A",
      "\xE2\x80\xA8", "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80"};
  return std::any_of(std::begin(kSpaces), std::end(kSpaces),
                     [&](std::string_view space) { return text.find(space) != std::string_view::npos; });
}

}  // namespace

Result<void> check_container_id(std::string_view id) { return check_name(id, "container id"); }
Result<void> check_network_name(std::string_view name) { return check_name(name, "network name"); }

Result<void> check_ifname(std::string_view ifname) {
  const auto refuse = [&](const std::string& why) {
    return Error{Kind::invalid, 0, "interface name '" + std::string(ifname) + "': " + why};
  };
  if (ifname.empty()) return refuse("is empty");
  if (ifname.size() > 15) return refuse("is longer than 15 bytes");  // IFNAMSIZ less the NUL
  if (ifname == "." || ifname == "..") return refuse("must not be . or ..");
  // The kernel would expand a % (dev_alloc_name).
  const bool bad_byte = std::any_of(ifname.begin(), ifname.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= 0x20 || byte == 0x7F || c == '/' || c == ':' || c == '%';
  });
  if (bad_byte || holds_unicode_space(ifname))
    return refuse("must hold no '/', ':', '%', white space or control character");
  return {};
}

Result<void> check_args(const std::vector<std::pair<std::string, std::string>>& args) {
  for (const auto& [key, value] : args) {
    for (const std::string* part : {&key, &value}) {
      if (part->empty()) return Error{Kind::invalid, 0, "CNI argument '" + key + "=" + value + "': empty key or value"};
      if (part->find_first_of(std::string_view(";=\0", 3)) != std::string::npos)
        return Error{Kind::invalid, 0,
                     "CNI argument '" + key + "=" + value + "': key and value must hold no ';' or '='"};
    }
  }
  return {};
}

Result<void> check_attachment(const Attachment& attachment) {
  TRY(check_container_id(attachment.container_id));
  TRY(check_ifname(attachment.ifname));
  TRY(check_args(attachment.args));
  if (attachment.netns.find('\0') != std::string::npos)
    return Error{Kind::invalid, 0, "network namespace path holds a NUL byte"};
  return {};
}

std::string join_args(const std::vector<std::pair<std::string, std::string>>& args) {
  std::string joined;
  for (const auto& [key, value] : args) joined += (joined.empty() ? "" : ";") + key + "=" + value;
  return joined;
}

Result<std::vector<std::pair<std::string, std::string>>> parse_args(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> args;
  while (!text.empty()) {
    const auto end = text.find(';');
    const std::string_view pair = text.substr(0, end);
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos)
      return Error{Kind::invalid, 0, "CNI argument '" + std::string(pair) + "': expected KEY=VALUE"};
    args.emplace_back(pair.substr(0, equals), pair.substr(equals + 1));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
    if (text.empty()) return Error{Kind::invalid, 0, "CNI arguments end with ';'"};
  }
  TRY(check_args(args));
  return args;
}

std::vector<std::pair<std::string, std::string>> well_formed_args(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> args;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(';'), text.size());
    if (auto pair = parse_args(text.substr(0, end)); pair) args.insert(args.end(), pair->begin(), pair->end());
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return args;
}

}  // namespace cni
