#include "kit/src/subject.h"

#include <algorithm>

#include "cni/base/try.h"
#include "cni/invoker.h"
#include "kit/helper/places.h"
#include "kit/src/default_configs.h"
#include "kit/src/find_helper.h"

namespace cni::kit {
namespace {

Result<std::vector<Version>> versions_of(const std::string& type, const std::vector<std::string>& dirs) {
  ProcessRunner runner;
  InvokerOptions options;
  options.plugin_dirs = dirs;
  Invoker invoker(runner, options);
  const PluginVersions says = TRY(invoker.version(type));
  std::vector<Version> versions;
  for (const Version& version : kKnownVersions)
    if (says.supports(version)) versions.push_back(version);
  return versions;
}

Result<PluginUnderTest> look_at(Json config, const std::vector<std::string>& dirs) {
  PluginUnderTest plugin;
  plugin.config = std::move(config);
  ProcessRunner runner;
  plugin.path = TRY(runner.find(plugin.type(), dirs));
  plugin.role = usual_role(plugin.type());
  plugin.versions = TRY(versions_of(plugin.type(), dirs));
  return plugin;
}

Result<Json> parse_object(const std::string& text, const std::string& name) {
  Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return Error{Kind::invalid, 0, name + ": not a JSON object"};
  return json;
}

// What subjects of both kinds begin with.
Result<std::shared_ptr<Subject>> begin(const Options& options) {
  auto subject = std::make_shared<Subject>();
  subject->plugin_dirs = options.plugin_dirs;
  subject->plugin_dirs.push_back(kOwnPlugins);
  subject->helper = TRY(find_helper(options.helper));
  return subject;
}

}  // namespace

std::vector<Version> Subject::versions() const {
  std::vector<Version> all(kKnownVersions.begin(), kKnownVersions.end());
  for (const PluginUnderTest& plugin : plugins)
    std::erase_if(all, [&](const Version& version) {
      return std::find(plugin.versions.begin(), plugin.versions.end(), version) == plugin.versions.end();
    });
  return all;
}

Result<std::shared_ptr<const Subject>> subject_of_plugin(const std::string& type, const std::string& config,
                                                         const Options& options) {
  const auto subject = TRY(begin(options));
  subject->name = "kit";
  Json own;
  if (config.empty())
    own = TRY(default_config(type));
  else
    own = TRY(parse_object(config, "configuration of plugin '" + type + "'"));
  own["type"] = type;
  subject->plugins.push_back(TRY(look_at(std::move(own), options.plugin_dirs)));
  return std::shared_ptr<const Subject>(subject);
}

Result<std::shared_ptr<const Subject>> subject_of_list(const std::string& list, const std::string& name,
                                                       const Options& options) {
  TRY(parse_network_list(list, name));  // says best what is wrong with it
  const Json json = TRY(parse_object(list, name));
  const auto subject = TRY(begin(options));
  subject->name = json.at("name").get<std::string>();
  for (const Json& plugin : json.at("plugins")) subject->plugins.push_back(TRY(look_at(plugin, options.plugin_dirs)));
  return std::shared_ptr<const Subject>(subject);
}

}  // namespace cni::kit
