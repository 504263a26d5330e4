#include "kit/src/data_plane/meant.h"

#include <algorithm>
#include <array>

#include "kit/helper/places.h"

namespace cni::kit {
namespace {

bool is_on(const Json& config, const char* key) {
  const auto found = config.find(key);
  return found != config.end() && found->is_boolean() && found->get<bool>();
}

template <class Matches>
const PluginUnderTest* find_plugin(const Subject& subject, const Matches& matches) {
  const auto found = std::find_if(subject.plugins.begin(), subject.plugins.end(), matches);
  return found == subject.plugins.end() ? nullptr : &*found;
}

const PluginUnderTest* find_maker(const Subject& subject) {
  return find_plugin(subject, [](const PluginUnderTest& plugin) { return plugin.role == Role::interface; });
}

}  // namespace

const PluginUnderTest* find_type(const Subject& subject, const std::string& type) {
  return find_plugin(subject, [&](const PluginUnderTest& plugin) { return plugin.type() == type; });
}

const PluginUnderTest* find_capability(const Subject& subject, const std::string& capability) {
  return find_plugin(subject, [&](const PluginUnderTest& plugin) {
    const auto declared = plugin.config.find("capabilities");
    return declared != plugin.config.end() && declared->is_object() && is_on(*declared, capability.c_str());
  });
}

Json maker_config(const Subject& subject) {
  const PluginUnderTest* maker = find_maker(subject);
  return maker == nullptr ? Json::object() : maker->config;
}

Meant meant(const Subject& subject) {
  Meant meant;
  const PluginUnderTest* maker = find_maker(subject);
  if (maker == nullptr) return meant;
  meant.type = maker->type();
  const auto is_one_of = [&](std::initializer_list<const char*> types) {
    return std::any_of(types.begin(), types.end(), [&](const char* type) { return meant.type == type; });
  };
  meant.is_known = is_one_of({"bridge", "ptp", "macvlan", "ipvlan", "vlan", "host-device", "dummy", "tap"}) ||
                   meant.type == kFirstPlugin;
  const bool point_to_point = meant.type == "ptp" || meant.type == kFirstPlugin;
  const bool bridged = meant.type == "bridge";
  meant.is_routed =
      point_to_point || (bridged && (is_on(maker->config, "isGateway") || is_on(maker->config, "isDefaultGateway")));
  const PluginUnderTest* firewall = find_type(subject, "firewall");
  const bool isolates = (bridged && is_on(maker->config, "portIsolation")) ||
                        (firewall != nullptr && firewall->config.value("ingressPolicy", "") == "isolated");
  meant.joins_pods = point_to_point || (bridged && !isolates) || is_one_of({"macvlan", "ipvlan"}) || !meant.is_known;
  meant.masquerades = (bridged || meant.type == "ptp") && is_on(maker->config, "ipMasq");
  meant.hairpins = point_to_point || (bridged && is_on(maker->config, "hairpinMode"));
  return meant;
}

}  // namespace cni::kit
