// /etc/hosts, /etc/hostname and /etc/resolv.conf of a pod: pure text.
#pragma once

#include <string>
#include <vector>

#include "runtime/manifest/spec.h"

namespace podrun {

struct EtcFiles;

// localhost, the pod's own name for each of its addresses, then the manifest's hostAliases. With hostNetwork, as in
// Kubernetes: the host's file, then hostAliases.
std::string hosts_text(const EtcFiles& etc, const std::vector<std::string>& ips);

// Nameservers: the manifest's, then the network's; the host's only where there are neither, less those on loopback,
// which lead nowhere from a pod's own network namespace. Searches and options: the manifest's, the network's, the
// host's.
std::string resolv_conf_text(const EtcFiles& etc, const DnsSpec& network);

DnsSpec parse_resolv_conf(const std::string& text);

}  // namespace podrun
