// The annotation k8s.v1.cni.cncf.io/networks in its JSON form: a list of objects. Section 4.1 of the Network Plumbing
// Working Group's specification.
#pragma once

#include "runtime/plan/network_selection.h"

namespace podrun {

// Interfaces that are not named stay empty. Kind::invalid names element and key.
Result<std::vector<NetworkSelection>> selections_from_json(const std::string& annotation);

}  // namespace podrun
