// What every command has: the global flags, and from them the store and the host.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "runtime/cli/console.h"
#include "runtime/sandbox/host.h"
#include "runtime/store/store.h"

namespace podrun::cli {

class Command;

struct GlobalFlags {
  std::string name_space = "default";
  bool name_space_given = false;
  Directories directories;
  std::string cgroup_parent;
  std::string node;  // in which it is to be done (in_node.h); empty: here
  std::vector<std::string> unsafe_sysctls;
  std::string seccomp_dir = "/etc/podrun/seccomp";
  std::string cni_conf_dir = "/etc/cni/net.d";
  std::string cni_bin_path = "/opt/cni/bin:/usr/lib/cni";
  std::optional<std::chrono::milliseconds> cni_timeout;
  std::string record_dir;  // of commands that take --record (record_option.h); empty: nothing is recorded
  bool verbose = false;
  bool version = false;
};

class Context {
 public:
  GlobalFlags flags;
  Output out;

  void add_flags(Command& podrun);
  Store store() const { return Store(Layout(flags.directories)); }
  // In a node pods are below the node's own cgroup, whatever --cgroup-parent says: they are to end with it.
  // `plugin_says`: as Host has it; else what --verbose says.
  Host host(Warn warn = cli::warn, PluginSays plugin_says = nullptr) const;

  // For commands that change something: Kind::denied with one clear line unless we are root.
  Result<void> require_root(const std::string& command) const;
};

}  // namespace podrun::cli
