// What the kit knows of plugins by their type: how they are meant, and a configuration to try them with.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "cni/kit.h"

namespace cni::kit {

// Role::interface for a type that is not known.
Role usual_role(const std::string& type);

// Kind::not_found for a type that is not known: says what a configuration file must hold.
Result<nlohmann::json> default_config(const std::string& type);

}  // namespace cni::kit
