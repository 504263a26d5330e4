#include "runtime/sandbox/plan_network.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "runtime/manifest/quantity.h"
#include "runtime/sandbox/annotations.h"

namespace podrun {
namespace {

using nlohmann::json;

json port_mappings(const PodSpec& spec) {
  json mappings = json::array();
  for (const auto& container : spec.containers)
    for (const auto& port : container.ports) {
      if (port.host_port == 0) continue;
      json mapping = {
          {"hostPort", port.host_port}, {"containerPort", port.container_port}, {"protocol", port.protocol}};
      if (!port.host_ip.empty()) mapping["hostIP"] = port.host_ip;
      mappings.push_back(std::move(mapping));
    }
  return mappings;
}

// Bits per second, and a burst of a tenth of a second's worth: what the kernel's token bucket needs to reach the rate
// without letting a pod run far ahead of it. The plugin takes bursts below 2^32 bytes.
Result<void> add_rate(const PodSpec& spec, const std::string& name, const std::string& rate_key,
                      const std::string& burst_key, json& bandwidth) {
  const std::string* text = annotations::find(spec, name);
  if (text == nullptr) return {};
  auto rate = manifest::parse_bytes(*text);  // the same grammar, in bits
  if (!rate || *rate < 1000 || *rate > 1'000'000'000'000'000ULL)
    return annotations::bad(name, "", "bits per second between 1k and 1P", *text);
  bandwidth[rate_key] = *rate;
  bandwidth[burst_key] = std::clamp<std::uint64_t>(*rate / 10, 256 * 1024, 0xffffffffULL);
  return {};
}

Result<void> add_capabilities(const PodSpec& spec, cni::JsonObject& args) {
  if (const json mappings = port_mappings(spec); !mappings.empty()) args.set("portMappings", mappings.dump());
  json bandwidth = json::object();
  TRY(add_rate(spec, annotations::kIngressBandwidth, "ingressRate", "ingressBurst", bandwidth));
  TRY(add_rate(spec, annotations::kEgressBandwidth, "egressRate", "egressBurst", bandwidth));
  if (!bandwidth.empty()) args.set("bandwidth", bandwidth.dump());
  if (!spec.dns.empty())
    args.set(
        "dns",
        json{{"servers", spec.dns.nameservers}, {"searches", spec.dns.searches}, {"options", spec.dns.options}}.dump());
  if (const std::string* ips = annotations::find(spec, annotations::kIps)) {
    const auto addresses = annotations::comma_separated(*ips);
    if (addresses.empty() || !std::all_of(addresses.begin(), addresses.end(), annotations::is_address))
      return annotations::bad(annotations::kIps, "", "addresses, separated by commas", *ips);
    args.set("ips", json(addresses).dump());
  }
  if (const std::string* mac = annotations::find(spec, annotations::kMac)) {
    if (!annotations::is_mac(*mac))
      return annotations::bad(annotations::kMac, "", "six pairs of hex digits with colons", *mac);
    args.set("mac", json(*mac).dump());
  }
  return {};
}

}  // namespace

Result<NetworkPlan> network_plan(const PodSpec& spec, const ChosenNetwork& chosen, const PodRecord& record,
                                 bool primary) {
  NetworkPlan plan;
  plan.network = chosen.network;
  cni::Attachment& attachment = plan.attachment;
  attachment.container_id = record.id;
  attachment.netns = record.netns_path;
  attachment.ifname = chosen.selection.interface_name;
  attachment.args = {{"IgnoreUnknown", "1"},  // first: without it some plugins refuse what follows
                     {"K8S_POD_NAMESPACE", spec.name_space},
                     {"K8S_POD_NAME", spec.name},
                     {"K8S_POD_INFRA_CONTAINER_ID", record.id},
                     {"K8S_POD_UID", record.uid}};
  attachment.capability_args = chosen.selection.capability_args;
  attachment.conventional_args = chosen.selection.conventional_args;
  if (primary) TRY(add_capabilities(spec, attachment.capability_args));
  TRY(cni::check_attachment(attachment));
  return plan;
}

}  // namespace podrun
