#include "runtime/plan/capability_args.h"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "runtime/manifest/quantity.h"
#include "runtime/plan/annotations.h"

namespace podrun {
namespace {

using Json = nlohmann::json;

Json port_mappings(const std::vector<PortSpec>& ports) {
  Json mappings = Json::array();
  for (const auto& port : ports) {
    Json mapping = {{"hostPort", port.host_port}, {"containerPort", port.container_port}, {"protocol", port.protocol}};
    if (!port.host_ip.empty()) mapping["hostIP"] = port.host_ip;
    mappings.push_back(std::move(mapping));
  }
  return mappings;
}

// Bits per second, and a burst of a tenth of a second's worth: what the kernel's token bucket needs to reach the rate
// without letting a pod run far ahead of it. The plugin takes bursts below 2^32 bytes.
Result<void> add_rate(const PodPlan& pod, const std::string& name, const std::string& rate_key,
                      const std::string& burst_key, Json& bandwidth) {
  const std::string* text = annotations::find(pod.who.annotations, name);
  if (text == nullptr) return {};
  auto rate = manifest::parse_bytes(*text);  // the same grammar, in bits
  if (!rate || *rate < 1000 || *rate > 1'000'000'000'000'000ULL)
    return annotations::bad(name, "", "bits per second between 1k and 1P", *text);
  bandwidth[rate_key] = *rate;
  bandwidth[burst_key] = std::clamp<std::uint64_t>(*rate / 10, 256 * 1024, 0xffffffffULL);
  return {};
}

bool is_alias(const Json& name) {
  const auto* text = name.get_ptr<const std::string*>();
  return text != nullptr && !text->empty() && std::all_of(text->begin(), text->end(), [](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
         });
}
bool are_aliases(const Json& names) {
  return names.is_array() && !names.empty() && std::all_of(names.begin(), names.end(), is_alias);
}

// Names, separated by commas: a list, as CONVENTIONS.md has it. In JSON, lists by the network's name: what dnsname
// reads, and CRI-O and podman send.
Result<std::string> aliases(const std::string& text) {
  if (const Json by_network = Json::parse(text, nullptr, false); by_network.is_object())
    if (!by_network.empty() && std::all_of(by_network.begin(), by_network.end(), are_aliases)) return by_network.dump();
  const Json names = annotations::comma_separated(text);
  if (!are_aliases(names))
    return annotations::bad(annotations::kAliases, "", "names, separated by commas, or {\"NETWORK\": [\"NAME\", ...]}",
                            text);
  return names.dump();
}

bool is_range(const Json& range) {
  const auto subnet = range.is_object() ? range.find("subnet") : range.end();
  if (!range.is_object() || subnet == range.end() || !subnet->is_string()) return false;
  if (subnet->get_ref<const std::string&>().find('/') == std::string::npos) return false;
  return std::all_of(range.items().begin(), range.items().end(), [](const auto& member) {
    const bool known = member.key() == "subnet" || member.key() == "rangeStart" || member.key() == "rangeEnd" ||
                       member.key() == "gateway";
    return known && member.value().is_string() && annotations::is_address(member.value());
  });
}
bool is_pool(const Json& pool) {
  return pool.is_array() && !pool.empty() && std::all_of(pool.begin(), pool.end(), is_range);
}

// As host-local's "ranges": for each address that is to be given a list of those it may be of.
Result<std::string> ip_ranges(const std::string& text) {
  const Json pools = Json::parse(text, nullptr, false);
  if (!pools.is_array() || pools.empty() || !std::all_of(pools.begin(), pools.end(), is_pool))
    return annotations::bad(annotations::kIpRanges, "",
                            "[[{\"subnet\": \"10.1.2.0/24\"}, ...], ...], with rangeStart, rangeEnd and gateway", text);
  return pools.dump();
}

}  // namespace

Result<void> add_primarys(const PodPlan& pod, cni::JsonObject& args) {
  if (const Json mappings = port_mappings(pod.host_ports); !mappings.empty()) args.set("portMappings", mappings.dump());
  Json bandwidth = Json::object();
  TRY(add_rate(pod, annotations::kIngressBandwidth, "ingressRate", "ingressBurst", bandwidth));
  TRY(add_rate(pod, annotations::kEgressBandwidth, "egressRate", "egressBurst", bandwidth));
  if (!bandwidth.empty()) args.set("bandwidth", bandwidth.dump());
  if (!pod.etc.dns.empty())
    args.set(
        "dns",
        Json{{"servers", pod.etc.dns.nameservers}, {"searches", pod.etc.dns.searches}, {"options", pod.etc.dns.options}}
            .dump());
  if (const std::string* ips = annotations::find(pod.who.annotations, annotations::kIps)) {
    const auto addresses = annotations::comma_separated(*ips);
    if (addresses.empty() || !std::all_of(addresses.begin(), addresses.end(), annotations::is_address))
      return annotations::bad(annotations::kIps, "", "addresses, separated by commas", *ips);
    args.set("ips", Json(addresses).dump());
  }
  if (const std::string* mac = annotations::find(pod.who.annotations, annotations::kMac)) {
    if (!annotations::is_mac(*mac))
      return annotations::bad(annotations::kMac, "", "six pairs of hex digits with colons", *mac);
    args.set("mac", Json(*mac).dump());
  }
  if (const std::string* names = annotations::find(pod.who.annotations, annotations::kAliases))
    args.set("aliases", TRY(aliases(*names)));
  if (const std::string* ranges = annotations::find(pod.who.annotations, annotations::kIpRanges))
    args.set("ipRanges", TRY(ip_ranges(*ranges)));
  return {};
}

// What describes the pod and asks for nothing: only where it is wanted, so that it is on no record else.
void add_pods_own(const PodPlan& pod, const cni::NetworkList& network, cni::JsonObject& args) {
  const auto is_wanted = [&](const char* capability) {
    return std::any_of(network.plugins.begin(), network.plugins.end(),
                       [&](const cni::PluginConfig& plugin) { return plugin.capabilities.contains(capability); });
  };
  if (is_wanted("cgroupPath")) args.set("cgroupPath", Json(pod.cgroup_path).dump());
  constexpr const char* kAnnotations = "io.kubernetes.cri.pod-annotations";  // as containerd and CRI-O call it
  if (is_wanted(kAnnotations) && !pod.who.annotations.empty()) args.set(kAnnotations, Json(pod.who.annotations).dump());
}

}  // namespace podrun
