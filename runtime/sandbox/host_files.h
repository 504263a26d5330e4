// Files of the host whose content goes into pods. A host may have anything in their place: nothing is read that is not
// a regular file of a sensible size, and what could not be read is told by whoever would have needed it.
#pragma once

#include <cstddef>
#include <string>

#include "runtime/plan/facts.h"

namespace podrun {

HostFile read_host_file(const std::string& path, std::size_t limit);

// /etc/resolv.conf, or where that names only servers on the host's loopback, which lead nowhere from a pod's own
// network namespace, the file in which systemd-resolved, NetworkManager or dnsmasq keep those that they ask themselves.
// The kubelet is given such a file too (kubeadm, "resolvConf").
HostFile read_resolv_conf(bool host_network);

}  // namespace podrun
