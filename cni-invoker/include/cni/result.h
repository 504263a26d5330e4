// What an ADD answers: interfaces, addresses, routes, DNS; in any of the seven versions, and converted between them.
// Spec section 5, "Result Types".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cni/base/result.h"
#include "cni/version.h"

namespace cni {

struct Interface {
  std::string name;
  std::string mac;
  std::uint64_t mtu = 0;    // 1.1.0; 0: not told
  std::string sandbox;      // netns path; empty: on the host
  std::string socket_path;  // 1.1.0
  std::string pci_id;       // 1.1.0
};

struct IpConfig {
  std::string address;           // CIDR with its host bits: 10.1.0.5/16
  std::string gateway;           // empty: none
  std::optional<int> interface;  // index into interfaces
  bool is_ipv6() const;
};

struct Route {
  std::string dst;  // CIDR
  std::string gw;
  std::uint64_t mtu = 0;  // 1.1.0; 0: not told, as for the next two
  std::uint64_t advmss = 0;
  std::uint64_t priority = 0;
  std::optional<std::uint32_t> table;  // 0 is a value
  std::optional<std::uint32_t> scope;
};

struct Dns {
  std::vector<std::string> nameservers;
  std::string domain;
  std::vector<std::string> search;
  std::vector<std::string> options;
  bool empty() const { return nameservers.empty() && domain.empty() && search.empty() && options.empty(); }
};

struct NetworkResult {
  Version version = kNewestVersion;
  std::vector<Interface> interfaces;
  std::vector<IpConfig> ips;
  std::vector<Route> routes;
  Dns dns;
  // The document itself, when it was read: numbers and unknown keys as the plugin printed them, keys of the
  // specification as that spells them. Else empty.
  std::string json;
};

// Reads any version. A document without cniVersion is of `assumed`. `null` is an empty result. Keys match in any letter
// case. Kind::invalid: no JSON, wrong types, an unknown version, an address that is no CIDR.
Result<NetworkResult> parse_result(std::string_view json, const Version& assumed);

// The document in `version`. Same version and read from a document: that document unchanged but for cniVersion, which
// it gets where it had none. Kind::unsupported when it cannot be expressed: 0.1.0 and 0.2.0 need one address at least.
Result<std::string> to_json(const NetworkResult& result, const Version& version);

// The pod's own addresses without prefix length, primary first: those on an interface inside the sandbox, or on none in
// particular. `prefer_ipv6` picks the family of the primary; the order is otherwise the plugin's.
std::vector<std::string> pod_ips(const NetworkResult& result, bool prefer_ipv6 = false);
// Kind::invalid when an address names an interface that is not in the list. Negative indexes count as none.
Result<void> check_interfaces(const NetworkResult& result);
// Whoever writes resolv.conf writes lines of words: servers must be addresses (of IPv6 also with a zone), domains
// names, options words. Kind::invalid names the key: "'dns.search[1]': …".
Result<void> check_dns(const Dns& dns);

}  // namespace cni
