#include "runtime/cli/network_status.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cni/result.h"

namespace podrun::cli {
namespace {

Json dns_json(const cni::Dns& dns) {
  Json json = Json::object();
  if (!dns.nameservers.empty()) json["nameservers"] = dns.nameservers;
  if (!dns.domain.empty()) json["domain"] = dns.domain;
  if (!dns.search.empty()) json["search"] = dns.search;
  if (!dns.options.empty()) json["options"] = dns.options;
  return json;
}

Json status_of(const NetworkRecord& network) {
  Json json = {{"name", network.network}, {"interface", network.interface_name}};
  const auto result = cni::parse_result(network.result, cni::kNewestVersion);
  if (!result) return json;
  json["ips"] = cni::pod_ips(*result);
  json["dns"] = dns_json(result->dns);
  const auto& interfaces = result->interfaces;
  const auto inside = std::find_if(interfaces.begin(), interfaces.end(), [&](const cni::Interface& one) {
    return one.name == network.interface_name && !one.sandbox.empty();
  });
  if (inside != interfaces.end() && !inside->mac.empty()) json["mac"] = inside->mac;
  return json;
}

}  // namespace

Json network_status(const PodRecord& pod) {
  Json all = Json::array();
  for (const NetworkRecord& network : pod.life.networks) all.push_back(status_of(network));
  if (!all.empty()) all.front()["default"] = true;
  return all;
}

}  // namespace podrun::cli
