// The objects that stand beside the Pods of a set and that Pods refer to: ConfigMaps and Secrets, decoded.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace podrun::manifest {

// File names and variables to their contents, which may be any bytes: `data` and `binaryData` in one.
struct ConfigMap {
  std::map<std::string, std::string, std::less<>> data;
};

// The same; `stringData` has gone over `data`.
struct Secret {
  std::string type;  // "Opaque" where none was given
  std::map<std::string, std::string, std::less<>> data;
};

class Companions {
 public:
  // False when there is one of that name in the namespace already, which stays.
  bool add(std::string_view name_space, std::string_view name, ConfigMap config_map);
  bool add(std::string_view name_space, std::string_view name, Secret secret);

  // Null when there is none.
  const ConfigMap* find_config_map(std::string_view name_space, std::string_view name) const;
  const Secret* find_secret(std::string_view name_space, std::string_view name) const;

 private:
  using Key = std::pair<std::string, std::string>;  // namespace and name

  std::map<Key, ConfigMap> config_maps_;
  std::map<Key, Secret> secrets_;
};

// What is said of a reference to one that is not among them; `kind`: "ConfigMap".
std::string why_missing(std::string_view kind, std::string_view name, std::string_view name_space);

}  // namespace podrun::manifest
