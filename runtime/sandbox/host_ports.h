// Ports of the host that two pods would both have: the portmap plugin adds the second rule without a word, and it never
// serves.
#pragma once

#include <vector>

#include "runtime/manifest/spec.h"
#include "runtime/store/store.h"

namespace podrun {

// Kind::busy names port and pod when one of `ports` is published by another pod of this store.
Result<void> check_host_ports(const Store& store, const std::string& id, const std::vector<PortSpec>& ports);

}  // namespace podrun
