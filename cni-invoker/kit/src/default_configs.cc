#include "kit/src/default_configs.h"

#include <functional>
#include <map>

namespace cni::kit {
namespace {

using Json = nlohmann::json;

// With addresses of both families and default routes.
std::string addressed(const std::string& keys) {
  return "{" + keys + (keys.empty() ? "" : ",") + R"("ipam": {
    "type": "host-local",
    "ranges": [[{"subnet": "10.234.0.0/16"}], [{"subnet": "fd00:234::/64"}]],
    "routes": [{"dst": "0.0.0.0/0"}, {"dst": "::/0"}]
  }})";
}

const std::map<std::string, KnownType>& types() {
  static const std::map<std::string, KnownType> known{
      // Those that make an interface.
      {"bridge",
       {Role::interface, addressed(R"("bridge": "br-kit", "isGateway": true, "ipMasq": true, "hairpinMode": true,
                     "capabilities": {"mac": true})"),
        "bridge", "", ""}},
      {"ptp", {Role::interface, addressed(R"("ipMasq": true)"), "veth", "", ""}},
      {"macvlan", {Role::interface, addressed(R"("master": "kit-master")"), "macvlan", "", ""}},
      {"ipvlan", {Role::interface, addressed(R"("master": "kit-master")"), "ipvlan", "", ""}},
      {"vlan", {Role::interface, addressed(R"("master": "kit-master", "vlanId": 234)"), "vlan", "", ""}},
      {"host-device", {Role::interface, addressed(R"("device": "kit-spare-{pod}")"), "", "", ""}},
      {"dummy", {Role::interface, addressed(""), "dummy", "", ""}},
      {"tap", {Role::interface, addressed(""), "tun", "", ""}},
      {"loopback", {Role::loopback, "{}", "", "", ""}},
      // IPAM: called with the configuration of whoever calls them.
      {"host-local", {Role::ipam, addressed(""), "", "", ""}},
      {"static",
       {Role::ipam,
        R"({"ipam": {"type": "static",
                     "addresses": [{"address": "10.234.0.2/16", "gateway": "10.234.0.1"},
                                   {"address": "fd00:234::2/64", "gateway": "fd00:234::1"}],
                     "routes": [{"dst": "0.0.0.0/0"}, {"dst": "::/0"}]}})",
        "", "", ""}},
      {"dhcp", {Role::ipam, R"({"ipam": {"type": "dhcp"}})", "", "its daemon, and a DHCP server", ""}},
      // Those that change one.
      {"portmap",
       {Role::chained, R"({"capabilities": {"portMappings": true}, "snat": true})", "", "", R"({"snat": true})"}},
      {"bandwidth", {Role::chained, R"({"capabilities": {"bandwidth": true}})", "ifb", "", "{}"}},
      {"firewall", {Role::chained, "{}", "", "", "{}"}},
      {"tuning",
       {Role::chained,
        R"({"capabilities": {"mac": true}, "sysctl": {"net.core.somaxconn": "500"}, "mtu": 1400, "mac": "02:00:00:00:47:01"})",
        "", "", R"({"sysctl": {"net.core.somaxconn": "500"}})"}},
      {"sbr", {Role::chained, "{}", "", "", "{}"}},
      {"vrf", {Role::chained, R"({"vrfname": "kit-vrf"})", "vrf", "", R"({"vrfname": "kit-vrf"})"}},
      {"pod-hosts", {Role::chained, R"({"dir": "/run/pod-hosts"})", "", "", R"({"dir": "/run/pod-hosts"})"}},
  };
  return known;
}

void put_in(std::string& text, const std::string& placeholder, const std::string& value) {
  for (std::size_t at = text.find(placeholder); at != std::string::npos; at = text.find(placeholder, at + value.size()))
    text.replace(at, placeholder.size(), value);
}

Json filled_in(std::string text, unsigned number) {
  // "{8080+pod}", and nothing else.
  if (text.starts_with('{') && text.ends_with("+pod}")) return std::strtoul(text.c_str() + 1, nullptr, 10) + number;
  put_in(text, "{pod}", std::to_string(number));
  return text;
}

Json for_each_text(Json json, const std::function<Json(const std::string&)>& change) {
  if (json.is_string()) return change(json.get_ref<const std::string&>());
  if (json.is_structured())
    for (Json& value : json) value = for_each_text(std::move(value), change);
  return json;
}

}  // namespace

const KnownType* known_type(const std::string& type) {
  const auto found = types().find(type);
  return found == types().end() ? nullptr : &found->second;
}

Json default_capability_args() {
  return Json::parse(R"({
    "portMappings": [{"hostPort": "{8080+pod}", "containerPort": 80, "protocol": "tcp"}],
    "bandwidth": {"ingressRate": 8000000, "ingressBurst": 800000, "egressRate": 8000000, "egressBurst": 800000}
  })");
}

std::vector<std::string> links_named_in(const std::string& type, const Json& config) {
  const bool builds_on_one = type == "macvlan" || type == "ipvlan" || type == "vlan";
  const std::string key = builds_on_one ? "master" : type == "host-device" ? "device" : "";
  if (key.empty() || !config.contains(key) || !config[key].is_string()) return {};
  return {config[key].get<std::string>()};
}

Json for_pod(Json json, unsigned number) {
  return for_each_text(std::move(json), [&](const std::string& text) { return filled_in(text, number); });
}

Json for_version(Json json, const std::string& version) {
  return for_each_text(std::move(json), [&](const std::string& text) {
    std::string filled = text;
    put_in(filled, "{version}", version);
    return Json(std::move(filled));
  });
}

}  // namespace cni::kit
