// VERSION, and whether a network's plugins are all there and able.
#include <map>

#include "cni/base/try.h"
#include "cni/invoker.h"
#include "plugin_versions.h"

namespace cni {
namespace {

std::string known_to(const PluginVersions& plugin, const Version& wanted) {
  const auto newest = highest_common({plugin});
  if (newest && *newest < wanted) return "versions up to " + newest->to_text();
  std::string list;
  for (const std::string& one : plugin.supported) list += (list.empty() ? "" : ", ") + one;
  return "no versions but " + list;
}

// `all`: what is known of every plugin, those that are able too.
Error cannot(const NetworkList& network, const std::vector<PluginVersions>& unable,
             const std::vector<PluginVersions>& all) {
  std::map<std::string, std::string> by_knowledge;
  for (const PluginVersions& plugin : unable) {
    std::string& names = by_knowledge[known_to(plugin, network.version)];
    names += (names.empty() ? "" : ", ") + ("'" + plugin.plugin + "'");
  }
  std::string what;
  for (const auto& [knowledge, names] : by_knowledge) {
    const bool several = names.find(',') != std::string::npos;
    what += what.empty() ? "" : ", ";
    what += (several ? "plugins " : "plugin ") + names + (several ? " know " : " knows ") + knowledge;
  }
  what += "; network '" + network.name + "' wants " + network.version.to_text() + ": ";
  const auto common = highest_common(all);
  what += common ? "set \"cniVersion\": \"" + common->to_text() + "\" there, or install newer plugins"
                 : "its plugins have no version in common, so others have to be installed";
  return {Kind::unsupported, 0, std::move(what)};
}

// What does not know STATUS or GC says any thing: the Go skeleton of before 1.1.0 misses a container id.
bool may_be_too_old(const Error& error) {
  const PluginFailure* failure = plugin_failure(error);
  if (failure == nullptr || failure->timed_out) return false;
  const bool is_new = failure->operation == "STATUS" || failure->operation == "GC";
  const bool answers = failure->remedy() == Remedy::not_ready || failure->remedy() == Remedy::degraded;
  return refuses_version(error) || (is_new && !answers);
}

}  // namespace

Result<PluginVersions> Invoker::version(const std::string& plugin, const CallOptions& call) {
  return ask_versions(runner_, options_, call, plugin, options_.plugin_dirs);
}

Result<std::set<std::string>> Invoker::validate(const NetworkList& network, const CallOptions& call) {
  std::vector<Error> errors;
  std::set<std::string> capabilities;
  std::vector<PluginVersions> all;
  std::vector<PluginVersions> unable;
  const auto judge = [&](PluginVersions versions) {
    if (!versions.supports(network.version)) unable.push_back(versions);
    all.push_back(std::move(versions));
  };
  std::set<std::string> asked;
  for (const PluginConfig& plugin : network.plugins) {
    capabilities.insert(plugin.capabilities.begin(), plugin.capabilities.end());
    if (asked.insert(plugin.type).second) {
      if (auto versions = version(plugin.type, call); versions)
        judge(std::move(*versions));
      else
        errors.push_back(std::move(versions).error());
    }
    // It is its caller's to need. Where it cannot be asked, that is the caller's to tell.
    if (const std::string ipam = ipam_type(plugin); !ipam.empty() && asked.insert(ipam).second)
      if (auto versions = version(ipam, call); versions) judge(std::move(*versions));
  }
  if (!unable.empty()) errors.insert(errors.begin(), cannot(network, unable, all));
  if (!errors.empty()) return join_errors(std::move(errors));
  return capabilities;
}

// Asked only when a plugin has refused: each VERSION costs as much as starting a program.
Error Invoker::explained(const NetworkList& network, Error error, const CallOptions& call) {
  if (!may_be_too_old(error)) return error;
  const auto able = validate(network, call);
  if (able || able.error().kind != Kind::unsupported) return error;
  const std::string where = network.path.empty() ? "" : network.path + ": ";
  error.what = where + able.error().what + " (" + error.what + ")";
  return error;
}

}  // namespace cni
