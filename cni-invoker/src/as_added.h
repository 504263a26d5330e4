// A container that may change its interface can leave it so that a DEL deletes too little (bridge and ptp look on the
// interface for the addresses whose masquerading rules they made), or never succeeds (they look for rules of addresses
// that the container added). So before a DEL the interface is put as the ADD left it.
#pragma once

#include <string>

#include "cni/base/result.h"
#include "cni/result.h"

namespace cni {

// The interface has exactly the addresses of the result again, under its name. Where it is gone, and what made it had
// an interface on the host too, another stands in: then true. Nothing runs in the namespace any more. A result without
// addresses asks for nothing.
Result<bool> put_as_added(const std::string& netns, const std::string& ifname, const NetworkResult& result);

// A result for put_as_added(): the interface as it is now, of a plugin that makes it with another on the host. Without
// addresses where it has none, or is not there.
Result<NetworkResult> as_it_is(const std::string& netns, const std::string& ifname);

}  // namespace cni
