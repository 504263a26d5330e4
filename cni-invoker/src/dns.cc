#include <algorithm>
#include <cstddef>

#include "cni/attachment.h"
#include "cni/base/ip.h"
#include "cni/base/try.h"
#include "cni/json.h"
#include "cni/result.h"

namespace cni {
namespace {

bool is_printable(char c) { return c > ' ' && c <= '~'; }

bool is_word(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), is_printable); }

bool is_server(std::string_view text) {
  const auto percent = text.find('%');  // fe80::1%eth0, resolv.conf(5)
  const auto address = base::IpAddress::parse(text.substr(0, percent));
  if (!address || percent == std::string_view::npos) return address.has_value();
  return !address->is_v4() && check_ifname(text.substr(percent + 1));
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= 63 && std::all_of(label.begin(), label.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

bool is_domain(std::string_view name) {
  if (name == ".") return true;
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.size() > 253) return false;
  for (std::size_t dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.')) {
    if (!is_label(name.substr(0, dot))) return false;
    name.remove_prefix(dot + 1);
  }
  return is_label(name);
}

Result<void> refuse(const std::string& key, const std::string& value, const std::string& expected) {
  return Error{Kind::invalid, 0, "'dns." + key + "': expected " + expected + ", found " + json_text(value)};
}

Result<void> check_each(const std::string& key, const std::vector<std::string>& values, bool (*good)(std::string_view),
                        const std::string& expected) {
  const auto bad = std::find_if_not(values.begin(), values.end(), good);
  if (bad == values.end()) return {};
  return refuse(key + "[" + std::to_string(bad - values.begin()) + "]", *bad, expected);
}

}  // namespace

Result<void> check_dns(const Dns& dns) {
  TRY(check_each("nameservers", dns.nameservers, is_server, "an IP address"));
  if (!dns.domain.empty() && !is_domain(dns.domain)) return refuse("domain", dns.domain, "a DNS name");
  TRY(check_each("search", dns.search, is_domain, "a DNS name"));
  return check_each("options", dns.options, is_word, "one printable word");
}

}  // namespace cni
