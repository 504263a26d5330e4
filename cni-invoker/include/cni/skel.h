// A skeleton for CNI plugins in C++: it reads environment and stdin, checks them, negotiates the version, calls the
// plugin and prints result or error the way the spec asks; the plugin is left with what it is about.
//
//   class MyPlugin : public cni::Plugin { … };
//   int main() { MyPlugin plugin; return cni::run_plugin(plugin); }
//
// Spec section 2, "Execution Protocol". Nothing but the answer may be printed on stdout: a plugin logs on stderr.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cni/attachment.h"
#include "cni/base/result.h"
#include "cni/config_view.h"
#include "cni/invoker.h"
#include "cni/result.h"
#include "cni/version.h"

namespace cni {

// What a plugin was called with, checked.
struct PluginCall {
  std::string command;    // CNI_COMMAND
  Attachment attachment;  // ADD, CHECK, DEL: container id, netns, ifname, args; capability args are in the config
  std::vector<std::string> path;                 // CNI_PATH
  std::string input;                             // stdin, byte for byte: what a delegate is given
  ConfigView config;                             // the same, to read
  std::string network;                           // the config's name
  Version version;                               // the config's cniVersion
  std::optional<NetworkResult> previous_result;  // prevResult, of the config's version
  std::vector<ValidAttachment> valid;            // GC: cni.dev/valid-attachments
};

// A plugin fails by returning an Error; the code in the answer is that of plugin_error(), else 999. ADD, CHECK and DEL
// in the plugin's own network namespace are refused before it is called, unless CNI_NETNS_OVERRIDE is 1 or true. DEL
// must succeed when there is nothing to delete, and bear a missing netns and a missing prevResult; of CNI_ARGS it gets
// the pairs that are well-formed, where the others fail with code 4.
class Plugin {
 public:
  Plugin() = default;
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;
  virtual ~Plugin() = default;

  virtual std::vector<Version> versions() const { return {kKnownVersions.begin(), kKnownVersions.end()}; }

  virtual Result<NetworkResult> add(const PluginCall& call) = 0;
  virtual Result<void> del(const PluginCall& call) = 0;
  virtual Result<void> check(const PluginCall& call) = 0;
  virtual Result<void> status(const PluginCall&) { return {}; }
  virtual Result<void> gc(const PluginCall&) { return {}; }
};

// The body of main(): returns the exit status.
int run_plugin(Plugin& plugin);

// An error with a code of error.h.
Error plugin_error(unsigned code, std::string message, std::string details = {});

// Calls another plugin, IPAM mostly, with this call's environment and stdin; only the command may differ. Its stderr
// goes to ours. After an add that failed its del has been called. For another configuration than the plugin's own, give
// a copy of the call with another `input`.
Result<NetworkResult> delegate_add(const PluginCall& call, const std::string& type);
Result<void> delegate(const PluginCall& call, const std::string& type, const std::string& command);

}  // namespace cni
