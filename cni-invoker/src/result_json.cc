// Results written in any version. Versions of one shape differ in the version string alone; between shapes the model is
// written anew, and what a shape cannot say is left out.
#include <nlohmann/json.hpp>

#include "cni/base/try.h"
#include "cni/json.h"
#include "cni/result.h"

namespace cni {
namespace {

using OrderedJson = nlohmann::ordered_json;

enum class Shape {
  per_family,  // 0.1.0, 0.2.0: ip4 and ip6
  numbered,    // 0.3.0 to 0.4.0: ips with a textual version
  current,     // 1.0.0, 1.1.0
};
Shape shape_of(const Version& version) {
  if (version < Version{0, 3, 0}) return Shape::per_family;
  return version < Version{1, 0, 0} ? Shape::numbered : Shape::current;
}

void put(OrderedJson& object, const char* key, const std::string& value) {
  if (!value.empty()) object[key] = value;
}
void put(OrderedJson& object, const char* key, const std::vector<std::string>& values) {
  if (!values.empty()) object[key] = values;
}
void put(OrderedJson& object, const char* key, std::uint64_t value) {
  if (value != 0) object[key] = value;
}
template <class Number>
void put(OrderedJson& object, const char* key, std::optional<Number> value) {
  if (value) object[key] = *value;
}

OrderedJson dns_json(const Dns& dns) {
  OrderedJson object = OrderedJson::object();
  put(object, "nameservers", dns.nameservers);
  put(object, "domain", dns.domain);
  put(object, "search", dns.search);
  put(object, "options", dns.options);
  return object;
}

OrderedJson interface_json(const Interface& interface, Shape shape) {
  OrderedJson object = {{"name", interface.name}};
  put(object, "mac", interface.mac);
  if (shape == Shape::current) put(object, "mtu", interface.mtu);
  put(object, "sandbox", interface.sandbox);
  if (shape == Shape::current) {
    put(object, "socketPath", interface.socket_path);
    put(object, "pciID", interface.pci_id);
  }
  return object;
}

OrderedJson ip_json(const IpConfig& ip, Shape shape) {
  OrderedJson object = OrderedJson::object();
  if (shape == Shape::numbered) object["version"] = ip.is_ipv6() ? "6" : "4";
  put(object, "interface", ip.interface);
  object["address"] = ip.address;
  put(object, "gateway", ip.gateway);
  return object;
}

OrderedJson route_json(const Route& route, Shape shape) {
  OrderedJson object = {{"dst", route.dst}};
  put(object, "gw", route.gw);
  if (shape == Shape::per_family) return object;
  put(object, "mtu", route.mtu);
  put(object, "advmss", route.advmss);
  put(object, "priority", route.priority);
  put(object, "table", route.table);
  put(object, "scope", route.scope);
  return object;
}

bool is_ipv6_route(const Route& route) { return IpConfig{route.dst, {}, {}}.is_ipv6(); }

Result<void> put_families(OrderedJson& document, const NetworkResult& result) {
  for (const IpConfig& ip : result.ips) {
    const char* key = ip.is_ipv6() ? "ip6" : "ip4";
    if (document.contains(key)) continue;  // the first of each
    OrderedJson family = {{"ip", ip.address}};
    put(family, "gateway", ip.gateway);
    for (const Route& route : result.routes)
      if (is_ipv6_route(route) == ip.is_ipv6()) family["routes"].push_back(route_json(route, Shape::per_family));
    document[key] = std::move(family);
  }
  if (result.ips.empty())
    return Error{Kind::unsupported, 0,
                 "no valid IP addresses: versions before 0.3.0 cannot express a result without one"};
  return {};
}

void put_lists(OrderedJson& document, const NetworkResult& result, Shape shape) {
  for (const Interface& interface : result.interfaces)
    document["interfaces"].push_back(interface_json(interface, shape));
  for (const IpConfig& ip : result.ips) document["ips"].push_back(ip_json(ip, shape));
  for (const Route& route : result.routes) document["routes"].push_back(route_json(route, shape));
}

}  // namespace

Result<std::string> to_json(const NetworkResult& result, const Version& version) {
  if (!is_known(version)) return Error{Kind::unsupported, 0, "result version " + version.to_text() + " is not known"};
  const Shape shape = shape_of(version);
  if (!result.json.empty() && shape == shape_of(result.version)) {
    JsonObject document = TRY(JsonObject::parse(result.json));
    document.set("cniVersion", json_text(version.to_text()));
    return document.dump();
  }
  OrderedJson document = {{"cniVersion", version.to_text()}};
  if (shape == Shape::per_family)
    TRY(put_families(document, result));
  else
    put_lists(document, result, shape);
  if (shape != Shape::current || !result.dns.empty()) document["dns"] = dns_json(result.dns);
  return document.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

}  // namespace cni
