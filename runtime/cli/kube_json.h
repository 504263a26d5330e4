// A pod in the shape of a Kubernetes v1 Pod with its status, as `get -o json` prints it and the tables are made from.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "runtime/cli/live_pod.h"

namespace podrun::cli {

using Json = nlohmann::json;  // keys in alphabetical order, as kubectl prints them

Json kube_pod(const LivePod& pod);
Json kube_list(std::vector<Json> pods);

}  // namespace podrun::cli
