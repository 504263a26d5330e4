// Ports of the host that somebody has: the portmap plugin adds its rule without a word. Of two pods the second never
// serves, and a server of the host is heard no more.
#pragma once

#include <vector>

#include "runtime/model/spec.h"
#include "runtime/store/store.h"

namespace podrun {

// Kind::busy names port and pod when one of `ports` is published by another pod of this store.
Result<void> check_ports_of_pods(const Store& store, const std::string& id, const std::vector<PortSpec>& ports);

// The same of processes on the host. Not for pods on the host's network, whose own server is to have the port.
Result<void> check_ports_of_host(const std::vector<PortSpec>& ports);

}  // namespace podrun
