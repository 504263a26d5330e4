#include "kit/src/default_configs.h"

#include <map>

namespace cni::kit {
namespace {

using Json = nlohmann::json;

Json host_local() {
  return {{"type", "host-local"},
          {"ranges", {{{{"subnet", "10.234.0.0/16"}}}, {{{"subnet", "fd00:234::/64"}}}}},
          {"routes", {{{"dst", "0.0.0.0/0"}}, {{"dst", "::/0"}}}}};
}

const std::map<std::string, std::pair<Role, Json>>& known() {
  static const std::map<std::string, std::pair<Role, Json>> types{
      {"bridge",
       {Role::interface,
        {{"bridge", "br-kit"},
         {"isDefaultGateway", true},
         {"ipMasq", true},
         {"hairpinMode", true},
         {"ipam", host_local()}}}},
      {"ptp", {Role::interface, {{"ipMasq", true}, {"ipam", host_local()}}}},
      {"loopback", {Role::loopback, Json::object()}},
  };
  return types;
}

}  // namespace

Role usual_role(const std::string& type) {
  const auto found = known().find(type);
  return found == known().end() ? Role::interface : found->second.first;
}

Result<Json> default_config(const std::string& type) {
  const auto found = known().find(type);
  if (found != known().end()) return found->second.second;
  return Error{Kind::not_found, 0,
               "test plugin '" + type + "': the kit has no configuration for it (give it one: --config FILE)"};
}

}  // namespace cni::kit
