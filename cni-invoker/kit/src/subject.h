// What is under test: a list of plugins, with what is known of each.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cni/kit.h"

namespace cni::kit {

using Json = nlohmann::json;

struct PluginUnderTest {
  std::string name;  // its type, by which it is found
  Json config;       // without name and cniVersion; of an IPAM plugin that of whoever calls it
  Role role = Role::interface;
  std::string path;               // of its binary
  std::vector<Version> versions;  // that it says it knows, and we do
  bool ours = false;              // not under test: it makes the interface that a chained plugin needs
  Json no_op;                     // of a chained plugin: a configuration that leaves the result alone; null: not known
  const std::string& type() const { return name; }
  bool delegates() const;  // calls an IPAM plugin
};

// A failure that is known, by the profile.
struct KnownFailure {
  std::string check, plugin, version;  // empty plugin or version: any
  std::string reason;
};

// An interface on the host that a plugin takes or builds on: one end of a veth pair, up.
struct NeededLink {
  std::string name;  // with {pod}: one for each pod
};
// The other end of such a pair, up as well, as long as nobody takes it elsewhere.
inline std::string far_end(const std::string& link) { return ("far-" + link).substr(0, 15); }

class Subject {
 public:
  std::string name;   // of the network
  std::string title;  // in reports
  std::vector<PluginUnderTest> plugins;
  std::vector<std::string> plugin_dirs;  // CNI_PATH
  std::string helper;                    // path of cni-kit-plugin
  std::vector<KnownFailure> known;
  // What pods ask for by capability, with placeholders (default_configs.h): host ports have to differ between pods.
  Json capability_args = Json::object();
  std::string args;  // CNI_ARGS of a pod, with placeholders
  std::vector<NeededLink> links;
  std::map<std::string, std::string> files;  // on the host, by path
  // Why no ADD of it can be expected to succeed here: a kind of link that the kernel has not. Empty: none.
  std::string lacks;
  // Those that every plugin knows; and those that one knows with all before it, as it cannot be tried in others.
  std::vector<Version> versions() const { return versions_up_to(plugins.size() - 1); }
  std::vector<Version> versions_up_to(std::size_t plugin) const;
};

}  // namespace cni::kit
