// The network behind an interface of the host's: what is at its far end (subject.h) is a machine in a network namespace
// of its own, with the addresses of the pod's gateway.
#pragma once

#include "kit/src/data_plane/scene.h"

namespace cni::kit {

inline const Place kLan{"lan", "/run/netns/lan", {}};

// The far end of the host's link is moved there, and up. Skipped where that cannot be.
Verdict make_lan(const std::string& link);
// The gateways' addresses that the pod was told, for an interface in it. Not applicable where none was told.
Verdict give_gateways(const std::string& interface, const AttachedPod& pod);
// A server there answers the pod, by each of its addresses that has a gateway, and sees that address.
Verdict expect_lan(Scene& scene, const AttachedPod& pod);
// It does not.
Verdict expect_no_lan(Scene& scene, const AttachedPod& pod, const std::string& why);

}  // namespace cni::kit
