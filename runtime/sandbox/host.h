// The machine as podrun is to use it: what every act on a pod is given first.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cni/runner.h"
#include "runtime/store/store.h"

namespace podrun {

struct HostOptions {
  Directories directories;
  std::string cgroup_parent;                // below each hierarchy's mount, in any spelling; empty: the root
  std::vector<std::string> unsafe_sysctls;  // which pods may set beside the safe ones; a * at the end is any
  std::string seccomp_dir = "/etc/podrun/seccomp";  // what localhostProfile is below
  std::string cni_conf_dir = "/etc/cni/net.d";
  std::vector<std::string> cni_bin_dirs;                 // searched in order
  std::optional<std::chrono::milliseconds> cni_timeout;  // of one CNI operation; empty: each has its own default
};

using Warn = std::function<void(const std::string&)>;  // one line each

// A line that a plugin prints on stderr, while it runs: "bridge ADD", the line.
using PluginSays = std::function<void(const std::string& plugin, const std::string& line)>;

struct Host {
  HostOptions options;  // with absolute paths
  Store store;
  Warn warn;
  PluginSays plugin_says;               // may be empty
  std::shared_ptr<cni::Runner> runner;  // how plugins are run

  const Layout& layout() const { return store.layout(); }
};

// With which another podrun works as one with these does: "--state-dir", "/run/podrun", …
std::vector<std::string> flags_of(const HostOptions& options);

Host make_host(HostOptions options, Warn warn, PluginSays plugin_says = nullptr);

}  // namespace podrun
