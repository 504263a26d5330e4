// What a node has for itself, put in place in its new namespaces, by the process that will hold them:
//
//     /run              an empty tmpfs; so programs of the machine's, systemd and D-Bus say, are not reached
//     /etc              the machine's, under an overlay: what is written there is the node's alone. Of its own from the
//                       first: hostname, hosts, resolv.conf, and cni/net.d with podrun's network in the node's range
//     /var/lib/cni      an empty tmpfs
//     STATE, DATA       those that the machine keeps for it (layout.h); STATE/ids and, to read alone, DATA/images are
//                       the machine's
//     /sys              its own links; cgroups and all else that was mounted there stay
//
// All else is the machine's, and what the machine mounts later shows in the node.
#pragma once

#include "runtime/model/layout.h"
#include "runtime/node/record.h"

namespace podrun {

// To be called by a process of one thread, in network, mount and UTS namespaces of its own. What the machine keeps for
// it is there already.
Result<void> furnish_node(const Layout& layout, const NodeRecord& node);

}  // namespace podrun
