// From the networks a pod asks for to those that are configured on this machine.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "runtime/plan/network_plan.h"

namespace podrun {

// The configuration of each selection. The machine's own choice is the first network in `conf_dir`, or the embedded
// default where nothing is configured. Problems in files that were passed over go to `warn`. Kind::not_found,
// Kind::invalid.
Result<std::vector<ChosenNetwork>> choose_networks(std::vector<NetworkSelection> selections,
                                                   const std::string& conf_dir,
                                                   const std::function<void(const std::string&)>& warn);

// One network by name, empty for the machine's own choice.
Result<cni::NetworkList> choose_network(const std::string& name, const std::string& conf_dir,
                                        const std::function<void(const std::string&)>& warn);

// What can be known of a network before anything is made: that its plugins are there (Kind::not_found names the package
// to install), and, as warnings, what the pod asks for that none of them does.
Result<void> check_network(const NetworkPlan& plan, const std::vector<std::string>& plugin_dirs,
                           const std::function<void(const std::string&)>& warn);

}  // namespace podrun
