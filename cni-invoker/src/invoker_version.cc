// VERSION, and whether a network's plugins are all there and able.
#include <algorithm>

#include "cni/base/try.h"
#include "cni/invoker.h"
#include "operation.h"
#include "plugin_answer.h"
#include "request.h"

namespace cni {

bool PluginVersions::supports(const Version& version) const {
  return std::find(supported.begin(), supported.end(), version.to_text()) != supported.end();
}

Result<PluginVersions> Invoker::version(const std::string& plugin, const CallOptions& call) {
  const Operation operation(runner_, options_, call, "VERSION", options_.timeouts.version);
  const std::string path = TRY(operation.find(plugin, options_.plugin_dirs));
  // Old plugins check these variables before the command, so they have to be something.
  Attachment nobody = no_attachment();
  nobody.netns = "dummy";
  nobody.ifname = "dummy";
  const Environment environment = plugin_environment("VERSION", nobody, {"dummy"}, options_.trace);
  const RunOutcome outcome =
      TRY(operation.try_run(plugin, path, R"({"cniVersion":")" + kNewestVersion.to_text() + "\"}", environment));
  return PluginVersions{plugin, TRY(versions_of(plugin, outcome))};
}

Result<std::set<std::string>> Invoker::validate(const NetworkList& network, const CallOptions& call) {
  std::vector<Error> errors;
  std::set<std::string> capabilities;
  for (const PluginConfig& plugin : network.plugins) {
    capabilities.insert(plugin.capabilities.begin(), plugin.capabilities.end());
    auto versions = version(plugin.type, call);
    if (!versions) {
      errors.push_back(std::move(versions).error());
    } else if (!versions->supports(network.version)) {
      std::string list;
      for (const std::string& one : versions->supported) list += (list.empty() ? "" : ", ") + one;
      errors.push_back({Kind::unsupported, 0,
                        "plugin '" + plugin.type + "' does not implement version " + network.version.to_text() +
                            " of network '" + network.name + "', only " + list});
    }
  }
  if (!errors.empty()) return join_errors(std::move(errors));
  return capabilities;
}

}  // namespace cni
