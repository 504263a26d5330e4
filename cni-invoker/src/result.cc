// Reading results, and what consumers ask of them. Writing and converting is result_json.cc's.
#include "cni/result.h"

#include <algorithm>

#include "cni/base/try.h"
#include "cni/json.h"
#include "go_json_text.h"
#include "ip.h"
#include "lenient_json.h"
#include "result_keys.h"

namespace cni {
namespace {

using Json = nlohmann::json;

Error bad_value(std::string_view key, const std::string& value, std::string_view expected) {
  return {Kind::invalid, 0, "'" + std::string(key) + "': '" + value + "': expected " + std::string(expected)};
}

Result<std::string> address_member(const Json& object, std::string_view key) {
  std::string address = TRY(text_member(object, key));
  if (!address.empty() && family_of(address) == Family::none) return bad_value(key, address, "an IP address");
  return address;
}

Result<std::string> cidr_member(const Json& object, std::string_view key) {
  std::string cidr = TRY(text_member(object, key));
  if (family_of_cidr(cidr) == Family::none)
    return bad_value(key, cidr, "an address with prefix length, as 10.1.0.5/16");
  return cidr;
}

Result<Interface> read_interface(const Json& object) {
  Interface interface;
  interface.name = TRY(text_member(object, "name"));
  interface.mac = TRY(text_member(object, "mac"));
  interface.mtu = TRY(unsigned_member(object, "mtu"));
  interface.sandbox = TRY(text_member(object, "sandbox"));
  interface.socket_path = TRY(text_member(object, "socketPath"));
  interface.pci_id = TRY(text_member(object, "pciID"));
  return interface;
}

// The textual "version" of 0.3.x and 0.4.0 is not looked at: the address tells the family, and loopback leaves it out.
Result<IpConfig> read_ip(const Json& object) {
  IpConfig ip;
  ip.address = TRY(cidr_member(object, "address"));
  ip.gateway = TRY(address_member(object, "gateway"));
  ip.interface = TRY(int_member(object, "interface"));
  return ip;
}

Result<Route> read_route(const Json& object) {
  Route route;
  route.dst = TRY(cidr_member(object, "dst"));
  route.gw = TRY(address_member(object, "gw"));
  route.mtu = TRY(unsigned_member(object, "mtu"));
  route.advmss = TRY(unsigned_member(object, "advmss"));
  route.priority = TRY(unsigned_member(object, "priority"));
  route.table = TRY(uint32_member(object, "table"));
  route.scope = TRY(uint32_member(object, "scope"));
  return route;
}

template <class T>
Result<void> read_each(const Json& object, std::string_view key, Result<T> (*read)(const Json&), std::vector<T>& into) {
  const Json* elements = TRY(objects_member(object, key));
  if (elements == nullptr) return {};
  for (const Json& element : *elements)
    into.push_back(TRY(read(element).in("'" + std::string(key) + "[" + std::to_string(into.size()) + "]'")));
  return {};
}

// 0.1.0 and 0.2.0: one address a family, each with its routes.
Result<void> read_family(const Json& object, std::string_view key, NetworkResult& result) {
  const Json* family = find_member(object, key);
  if (family == nullptr) return {};
  if (!family->is_object()) return Error{Kind::invalid, 0, "'" + std::string(key) + "': expected an object"};
  IpConfig ip;
  ip.address = TRY(cidr_member(*family, "ip").in(key));
  ip.gateway = TRY(address_member(*family, "gateway").in(key));
  result.ips.push_back(std::move(ip));
  return read_each(*family, "routes", read_route, result.routes);
}

Result<Dns> read_dns(const Json& object) {
  Dns dns;
  const Json* member = find_member(object, "dns");
  if (member == nullptr) return dns;
  if (!member->is_object()) return Error{Kind::invalid, 0, "'dns': expected an object"};
  dns.nameservers = TRY(texts_member(*member, "nameservers").in("dns"));
  dns.domain = TRY(text_member(*member, "domain").in("dns"));
  dns.search = TRY(texts_member(*member, "search").in("dns"));
  dns.options = TRY(texts_member(*member, "options").in("dns"));
  return dns;
}

bool is_null(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto first = std::min(text.find_first_not_of(kSpace), text.size());
  return text.substr(first, text.find_last_not_of(kSpace) + 1 - first) == "null";
}

Result<Version> read_version(const Json& document, const Version& assumed) {
  const std::string text = TRY(text_member(document, "cniVersion"));
  if (text.empty()) return assumed;
  const Version version = TRY(Version::parse(text).in("'cniVersion'"));
  if (!is_known(version)) return bad_value("cniVersion", text, "a version of the CNI specification up to 1.1.0");
  return version;
}

}  // namespace

Result<NetworkResult> parse_result(std::string_view text, const Version& assumed) {
  NetworkResult result;
  result.version = assumed;
  const auto printed = JsonObject::parse(text);
  if (!printed && is_null(text)) return result;
  if (!printed) return printed.error();
  result.json = with_known_keys(*printed).dump();
  const Json document = parse_tree(result.json);
  result.version = TRY(read_version(document, assumed));
  if (result.version < Version{0, 3, 0}) {
    TRY(read_family(document, "ip4", result));
    TRY(read_family(document, "ip6", result));
  }
  // Also where the version is older: the reference loopback labels the newer shape so.
  if (result.ips.empty()) {
    TRY(read_each(document, "interfaces", read_interface, result.interfaces));
    TRY(read_each(document, "ips", read_ip, result.ips));
    TRY(read_each(document, "routes", read_route, result.routes));
  }
  result.dns = TRY(read_dns(document));
  return result;
}

bool IpConfig::is_ipv6() const { return family_of_cidr(address) == Family::v6; }

Result<void> check_interfaces(const NetworkResult& result) {
  for (const IpConfig& ip : result.ips) {
    if (ip.interface.value_or(-1) >= static_cast<int>(result.interfaces.size()))
      return Error{Kind::invalid, 0,
                   "address '" + ip.address + "' is on interface " + std::to_string(*ip.interface) + " of " +
                       std::to_string(result.interfaces.size())};
  }
  return {};
}

std::vector<std::string> pod_ips(const NetworkResult& result, bool prefer_ipv6) {
  std::vector<std::string> preferred;
  std::vector<std::string> others;
  for (const IpConfig& ip : result.ips) {
    const int index = ip.interface.value_or(-1);
    if (index >= static_cast<int>(result.interfaces.size())) continue;
    if (index >= 0 && result.interfaces[static_cast<std::size_t>(index)].sandbox.empty()) continue;
    (preferred.empty() && ip.is_ipv6() == prefer_ipv6 ? preferred : others)
        .push_back(ip.address.substr(0, ip.address.find('/')));
  }
  preferred.insert(preferred.end(), others.begin(), others.end());
  return preferred;
}

}  // namespace cni
