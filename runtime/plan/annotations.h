// Annotations of a pod that say what no field of it does: found, and told of when they cannot be used.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "runtime/kernel/types.h"

namespace podrun::annotations {

inline constexpr const char* kIngressBandwidth = "kubernetes.io/ingress-bandwidth";
inline constexpr const char* kEgressBandwidth = "kubernetes.io/egress-bandwidth";
inline constexpr const char* kIps = "podrun.io/ips";
inline constexpr const char* kMac = "podrun.io/mac";
inline constexpr const char* kAliases = "podrun.io/aliases";
inline constexpr const char* kIpRanges = "podrun.io/ip-ranges";
inline constexpr const char* kRemoveAtEnd = "podrun.io/remove-at-end";
// What --network has, "NETWORK[@INTERFACE],...", where that is not typed: a pod that is printed says so which networks it
// was made with.
inline constexpr const char* kOwnNetworks = "podrun.io/networks";
// The de-facto standard of the Network Plumbing Working Group, "Network Attachment Selection Annotation", version 1.
inline constexpr const char* kNetworks = "k8s.v1.cni.cncf.io/networks";

using Annotations = std::map<std::string, std::string>;

const std::string* find(const Annotations& annotations, const std::string& name);  // null: there is none

// `typed`, or else what kOwnNetworks says.
std::vector<std::string> networks_asked_for(const Annotations& annotations, const std::vector<std::string>& typed);

// Kind::invalid: "metadata.annotations[NAME]WHERE: expected EXPECTED, found 'FOUND'"; `where` may be empty.
Error bad(const std::string& name, const std::string& where, const std::string& expected, const std::string& found);

// The parts between commas, without the blanks around them; empty ones do not count.
std::vector<std::string> comma_separated(const std::string& text);
bool is_address(const std::string& text);  // IPv4 or IPv6, with or without the length of its prefix
bool is_mac(const std::string& text);      // six pairs of hex digits with colons

}  // namespace podrun::annotations
