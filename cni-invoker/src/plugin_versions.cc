#include "plugin_versions.h"

#include <algorithm>

#include "cni/base/try.h"
#include "operation.h"
#include "plugin_answer.h"
#include "request.h"

namespace cni {

bool PluginVersions::supports(const Version& version) const {
  return std::find(supported.begin(), supported.end(), version.to_text()) != supported.end();
}

Result<PluginVersions> ask_versions(Runner& runner, const InvokerOptions& options, const CallOptions& call,
                                    const std::string& plugin, const std::vector<std::string>& dirs) {
  const Operation operation(runner, options, call, "VERSION", options.timeouts.version);
  const std::string path = TRY(operation.find(plugin, dirs));
  // Old plugins check these variables before the command, so they have to be something.
  Attachment nobody = no_attachment();
  nobody.netns = "dummy";
  nobody.ifname = "dummy";
  const Environment environment = plugin_environment("VERSION", nobody, {"dummy"}, options.trace);
  const RunOutcome outcome =
      TRY(operation.try_run(plugin, path, R"({"cniVersion":")" + kNewestVersion.to_text() + "\"}", environment));
  return PluginVersions{plugin, TRY(versions_of(plugin, outcome))};
}

std::optional<Version> highest_common(const std::vector<PluginVersions>& plugins) {
  const auto common = std::find_if(kKnownVersions.rbegin(), kKnownVersions.rend(), [&](const Version& version) {
    return std::all_of(plugins.begin(), plugins.end(),
                       [&](const PluginVersions& plugin) { return plugin.supports(version); });
  });
  return common == kKnownVersions.rend() ? std::nullopt : std::optional(*common);
}

bool refuses_version(const Error& error) {
  const PluginFailure* failure = plugin_failure(error);
  return failure != nullptr && failure->code == code::kIncompatibleVersion && !failure->timed_out;
}

}  // namespace cni
