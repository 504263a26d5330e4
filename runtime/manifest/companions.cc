#include "runtime/manifest/companions.h"

#include "runtime/manifest/text.h"

namespace podrun::manifest {
namespace {

template <class Object>
const Object* find(const std::map<std::pair<std::string, std::string>, Object>& objects, std::string_view name_space,
                   std::string_view name) {
  const auto found = objects.find({std::string(name_space), std::string(name)});
  return found != objects.end() ? &found->second : nullptr;
}

}  // namespace

bool Companions::add(std::string_view name_space, std::string_view name, ConfigMap config_map) {
  return config_maps_.try_emplace({std::string(name_space), std::string(name)}, std::move(config_map)).second;
}

bool Companions::add(std::string_view name_space, std::string_view name, Secret secret) {
  return secrets_.try_emplace({std::string(name_space), std::string(name)}, std::move(secret)).second;
}

const ConfigMap* Companions::find_config_map(std::string_view name_space, std::string_view name) const {
  return find(config_maps_, name_space, name);
}

const Secret* Companions::find_secret(std::string_view name_space, std::string_view name) const {
  return find(secrets_, name_space, name);
}

std::string why_missing(std::string_view kind, std::string_view name, std::string_view name_space) {
  return "no " + std::string(kind) + " " + quote(name) + " stands beside the Pod in namespace " + quote(name_space) +
         " (give its file, too, with -f)";
}

}  // namespace podrun::manifest
