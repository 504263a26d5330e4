// Pods and containers that somebody else has planned: the CRI's server, which makes nothing itself.
#pragma once

#include <string>

#include "runtime/sandbox/host.h"

namespace podrun {

// A pod without containers, whole or not at all. Kind::exists when its name is taken.
Result<PodRecord> create_planned_pod(Host& host, const PodPlan& plan);

// A container that is on record and has not begun. Kind::exists when it has, not_found when it is not there; busy where
// the pod does not stand. What fails later is on its record (ContainerLife::failure), and it is used up.
Result<void> start_planned_container(const Host& host, const std::string& id, const std::string& key);

// Wherever it has come to. One that is not there is success.
Result<void> remove_planned_container(const Host& host, const std::string& id, const std::string& key);

// Its log, which somebody has moved away, goes on in a new file of the same path. Kind::not_found when it does not run.
Result<void> reopen_log(const Host& host, const std::string& id, const std::string& key);

// Of a pod's containers the one of that key. Kind::not_found.
Result<ContainerRecord> find_planned_container(const Store& store, const std::string& id, const std::string& key);

}  // namespace podrun
