// /etc/hosts, /etc/hostname and /etc/resolv.conf of a pod: pure text.
#pragma once

#include <string>
#include <vector>

#include "runtime/model/plan.h"

namespace podrun {

// localhost, the pod's own name for each of its addresses, then the manifest's hostAliases. With hostNetwork, as in
// Kubernetes: the host's file, then hostAliases; where the host has none that can be read, localhost and its name.
std::string hosts_text(const EtcFiles& etc, const std::vector<std::string>& ips);

// Nameservers: the manifest's, then the network's; the host's only where there are neither, and of those only what can
// be used from the pod's network namespace. Searches and options: the manifest's, the network's, the host's. As many
// as resolvers read: three nameservers, and of searches what Kubernetes allows.
DnsSpec dns_of(const EtcFiles& etc, const DnsSpec& network);
std::string resolv_conf_text(const DnsSpec& dns);

// What a pod with networks cannot resolve names for: one line; empty where it can.
std::string dns_problem(const EtcFiles& etc, const DnsSpec& dns);

DnsSpec parse_resolv_conf(const std::string& text);
// Less what is no address, what is on the host's loopback, and what names an interface of the host ("fe80::1%eth0").
std::vector<std::string> usable_nameservers(const DnsSpec& host);

}  // namespace podrun
