// A profile: what its author knows of a plugin and the kit cannot find out. A JSON object, all of whose keys may be
// absent; others are refused, since a misspelt one would go unnoticed.
//
//   {
//     "roles": {"my-plugin": "chained"},       by type: interface, chained, ipam, loopback. Else it is tried out
//     "config": {"mode": "fast"},              of the plugin, with --plugin and without --config
//     "noOp": {"mode": "none"},                of a chained plugin: with this it leaves the result as it is (A20)
//     "capabilityArgs": {"deviceID": "…"},     what pods ask for; of those in "capabilities" the plugin gets them
//     "args": "IgnoreUnknown=1;POD=p-{pod}",   CNI_ARGS of a pod
//     "links": ["uplink0", "vf-{pod}"],        interfaces that have to be on the host; each is one end of a veth pair
//     "files": {"/run/mine/env": "A=1\n"},     that have to be on the host, with their contents: a daemon's, say
//     "lacks": "an RDMA device",               what no check can have here: whatever needs an ADD is skipped
//     "known": [{"check": "A8", "plugin": "my-plugin", "version": "1.1.0", "reason": "why it is left so"}]
//   }
//
// In the strings of config, capabilityArgs, args and links, {pod} is a pod's number, from 1 on; the whole string
// "{8080+pod}" becomes a number. In those of config, {version} is the CNI version that is tried. plugin and version of
// a known failure may be left out: any. A known failure is reported apart and breaks nothing; one that no longer fails
// is pointed out.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "kit/src/subject.h"

namespace cni::kit {

struct Profile {
  std::map<std::string, Role> roles;
  std::optional<Json> config, no_op;
  Json capability_args = Json::object();
  std::string args;
  std::vector<NeededLink> links;
  std::map<std::string, std::string> files;  // by path
  std::string lacks;
  std::vector<KnownFailure> known;
};

// Empty path: an empty profile. Kind::invalid names the file and the key.
Result<Profile> read_profile(const std::string& path);

}  // namespace cni::kit
