// Where the kit's own plugins and the kit meet: below /run, which is the check's own.
#pragma once

#include <string>

namespace cni::kit {

inline const std::string kPlace = "/run/cni-kit";
inline const std::string kOwnPlugins = kPlace + "/bin";  // on CNI_PATH: links to cni-kit-plugin, by what it is to be

inline const std::string kFirstPlugin = "kit-first";
inline const std::string kIpamPlugin = "kit-ipam";
inline const std::string kBreaker = "kit-break";  // no plugin: breaker.h

// What plugins are run through, and what comes of it; no part of the world that is looked at.
inline const std::string kWrapped = kPlace + "/wrapped";

// {"ADD": {"stderr": "…", "delay": 500, "stdout": "…", "exit": 1}}: by command, what it does instead of its work.
// Without stdout and exit it does its work all the same. Delays are milliseconds.
inline std::string script_of(const std::string& plugin) { return kPlace + "/" + plugin + ".json"; }
// One line a call: {"command": "ADD", "environment": {"CNI_IFNAME": "eth0"}, "stdin": "…"}
inline std::string log_of(const std::string& plugin) { return kPlace + "/" + plugin + ".log"; }
// A file a lease, with whose it is; gone with its DEL.
inline std::string leases_of(const std::string& plugin) { return kPlace + "/" + plugin; }

// Links under the names of all plugins, in front of them on CNI_PATH: each takes the world before and after (watch.h).
inline const std::string kWatchedPlugins = kPlace + "/watched";
// One line a run, as watch.cc writes it.
inline const std::string kWatchLog = kPlace + "/watched.log";

}  // namespace cni::kit
