#include "runtime/sandbox/plan_network.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <nlohmann/json.hpp>

#include "runtime/manifest/quantity.h"

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

const std::string* annotation(const PodSpec& spec, const std::string& name) {
  const auto found = spec.annotations.find(name);
  return found == spec.annotations.end() ? nullptr : &found->second;
}

Error bad_annotation(const std::string& name, const std::string& expected, const std::string& found) {
  return {Kind::invalid, 0, "metadata.annotations[" + name + "]: expected " + expected + ", found '" + found + "'"};
}

// Bits per second, and a burst of a tenth of a second's worth: what the kernel's token bucket needs to reach the rate
// without letting a pod run far ahead of it. The plugin takes bursts below 2^32 bytes.
Result<void> add_rate(const PodSpec& spec, const std::string& name, const std::string& rate_key,
                      const std::string& burst_key, json& bandwidth) {
  const std::string* text = annotation(spec, name);
  if (text == nullptr) return {};
  auto rate = manifest::parse_bytes(*text);  // the same grammar, in bits
  if (!rate || *rate < 1000 || *rate > 1'000'000'000'000'000ULL)
    return bad_annotation(name, "bits per second between 1k and 1P", *text);
  bandwidth[rate_key] = *rate;
  bandwidth[burst_key] = std::clamp<std::uint64_t>(*rate / 10, 256 * 1024, 0xffffffffULL);
  return {};
}

std::vector<std::string> comma_separated(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    if (comma > at) parts.push_back(text.substr(at, comma - at));
    at = comma + 1;
  }
  return parts;
}

// An address, with or without the length of its prefix.
bool is_address(const std::string& text) {
  const auto slash = text.find('/');
  const std::string address = text.substr(0, slash);
  std::array<unsigned char, 16> raw{};
  const bool is_v4 = ::inet_pton(AF_INET, address.c_str(), raw.data()) == 1;
  if (!is_v4 && ::inet_pton(AF_INET6, address.c_str(), raw.data()) != 1) return false;
  if (slash == std::string::npos) return true;
  unsigned length = 0;
  const char* const end = text.data() + text.size();
  const auto [next, error] = std::from_chars(text.data() + slash + 1, end, length);
  return error == std::errc{} && next == end && length <= (is_v4 ? 32U : 128U);
}

bool is_mac(const std::string& text) {
  if (text.size() != 17) return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (i % 3 == 2 ? text[i] != ':' : std::isxdigit(static_cast<unsigned char>(text[i])) == 0) return false;
  return true;
}

}  // namespace

Result<NetworkPlan> network_plan(const PodSpec& spec, const cni::NetworkList& network, const PodRecord& record) {
  NetworkPlan plan;
  plan.network = network;
  cni::Attachment& attachment = plan.attachment;
  attachment.container_id = record.id;
  attachment.netns = record.netns_path;
  attachment.args = {{"IgnoreUnknown", "1"},  // first: without it some plugins refuse what follows
                     {"K8S_POD_NAMESPACE", spec.name_space},
                     {"K8S_POD_NAME", spec.name},
                     {"K8S_POD_INFRA_CONTAINER_ID", record.id},
                     {"K8S_POD_UID", record.uid}};

  if (const json mappings = port_mappings(spec); !mappings.empty())
    attachment.capability_args.set("portMappings", mappings.dump());
  json bandwidth = json::object();
  TRY(add_rate(spec, "kubernetes.io/ingress-bandwidth", "ingressRate", "ingressBurst", bandwidth));
  TRY(add_rate(spec, "kubernetes.io/egress-bandwidth", "egressRate", "egressBurst", bandwidth));
  if (!bandwidth.empty()) attachment.capability_args.set("bandwidth", bandwidth.dump());
  if (!spec.dns.empty())
    attachment.capability_args.set(
        "dns",
        json{{"servers", spec.dns.nameservers}, {"searches", spec.dns.searches}, {"options", spec.dns.options}}.dump());
  if (const std::string* ips = annotation(spec, "podrun.io/ips")) {
    const auto addresses = comma_separated(*ips);
    if (addresses.empty() || !std::all_of(addresses.begin(), addresses.end(), is_address))
      return bad_annotation("podrun.io/ips", "addresses, separated by commas", *ips);
    attachment.capability_args.set("ips", json(addresses).dump());
  }
  if (const std::string* mac = annotation(spec, "podrun.io/mac")) {
    if (!is_mac(*mac)) return bad_annotation("podrun.io/mac", "six pairs of hex digits with colons", *mac);
    attachment.capability_args.set("mac", json(*mac).dump());
  }
  TRY(cni::check_attachment(attachment));
  return plan;
}

}  // namespace podrun
