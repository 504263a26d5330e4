// What is under test: a list of plugins, with what is known of each.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cni/kit.h"

namespace cni::kit {

using Json = nlohmann::json;

struct PluginUnderTest {
  Json config;  // without name and cniVersion
  Role role = Role::interface;
  std::string path;               // of its binary
  std::vector<Version> versions;  // that it says it knows, and we do
  bool ours = false;              // not under test: it makes the interface that a chained plugin needs
  std::string type() const { return config.at("type").get<std::string>(); }
};

// A failure that is known, by the profile.
struct KnownFailure {
  std::string check, plugin, version;  // empty plugin or version: any
  std::string reason;
};

class Subject {
 public:
  std::string name;
  std::vector<PluginUnderTest> plugins;
  std::vector<std::string> plugin_dirs;  // CNI_PATH
  std::string helper;                    // path of cni-kit-plugin
  std::vector<KnownFailure> known;
  // What pods ask for by capability, per pod: portMappings and others have to differ between pods (lab.h).
  Json capability_args = Json::object();
  // Of the versions that every plugin knows.
  std::vector<Version> versions() const;
};

}  // namespace cni::kit
