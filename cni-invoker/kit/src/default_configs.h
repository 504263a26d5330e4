// What the kit knows of plugins by their type: how they are meant, what they need, and a configuration to try them
// with. In a configuration, and in what pods ask for, "{pod}" stands for a pod's number, and the text "{8080+pod}" for
// that sum as a number.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cni/kit.h"

namespace cni::kit {

struct KnownType {
  Role role = Role::interface;
  std::string config;     // JSON
  std::string link_kind;  // of the kernel's, which it makes: "macvlan"; "tun" is a device
  std::string needs;      // what the kit cannot give it
  std::string no_op;      // JSON of a chained plugin that changes nothing of the result; empty: none is known
};
const KnownType* known_type(const std::string& type);  // nullptr: not known

// What pods ask for, of the capabilities that are known.
nlohmann::json default_capability_args();

// The links that such a plugin takes as its own or builds on, which have to be there: "master", "device".
std::vector<std::string> links_named_in(const std::string& type, const nlohmann::json& config);

// With the placeholders of one pod put in.
nlohmann::json for_pod(nlohmann::json json, unsigned number);
// With "{version}" put in: for plugins that call others by configurations which have a version of their own.
nlohmann::json for_version(nlohmann::json json, const std::string& version);

}  // namespace cni::kit
