#include "kit/src/subject.h"

#include <algorithm>
#include <filesystem>

#include "cni/base/try.h"
#include "cni/delegates.h"
#include "cni/invoker.h"
#include "kit/helper/places.h"
#include "kit/src/default_configs.h"
#include "kit/src/profile.h"
#include "kit/src/roles.h"

namespace cni::kit {
namespace {

// The newest alone, of a plugin that does not say: V1 tells that it does not.
std::vector<Version> versions_of(const std::string& type, const std::vector<std::string>& dirs) {
  ProcessRunner runner;
  InvokerOptions options;
  options.plugin_dirs = dirs;
  Invoker invoker(runner, options);
  std::vector<Version> versions;
  if (const auto says = invoker.version(type))
    for (const Version& version : kKnownVersions)
      if (says->supports(version)) versions.push_back(version);
  if (versions.empty()) versions.push_back(kNewestVersion);
  return versions;
}

Result<Json> parse_object(const std::string& text, const std::string& name) {
  Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return Error{Kind::invalid, 0, name + ": not a JSON object"};
  return json;
}

// An IPAM plugin gets the configuration of whoever calls it, where it has a section.
Json as_a_caller_gives_it(Json config, const std::string& type) {
  if (!config.contains("ipam") || !config["ipam"].is_object()) {
    config.erase("type");
    config = {{"ipam", config}};
  }
  config["ipam"]["type"] = type;
  if (!config.contains("type") || config["type"] == type) config["type"] = "kit-caller";
  return config;
}

// Where each check has directories of its own (host/own_host.h).
Result<void> refuse_hidden(const std::string& path) {
  for (const std::string dir : {"/run/", "/var/lib/cni/", "/etc/cni/"})
    if (path.starts_with(dir))
      return Error{
          Kind::invalid, 0,
          "test plugin '" + path + "': each check has a " + dir + " of its own, which is empty (copy it elsewhere)"};
  return {};
}

class SubjectMaker {
 public:
  static Result<SubjectMaker> begin(const Options& options) {
    SubjectMaker maker;
    maker.profile_ = TRY(read_profile(options.profile));
    // Plugins are started in /.
    for (const std::string& dir : options.plugin_dirs) maker.dirs_.push_back(std::filesystem::absolute(dir));
    maker.subject_->plugin_dirs = maker.dirs_;
    maker.subject_->plugin_dirs.push_back(kOwnPlugins);
    maker.subject_->helper = TRY(find_helper(options.helper));
    maker.subject_->capability_args = default_capability_args();
    maker.subject_->capability_args.update(maker.profile_.capability_args);
    maker.subject_->known = maker.profile_.known;
    maker.subject_->links = maker.profile_.links;
    maker.subject_->args = maker.profile_.args;
    maker.subject_->files = maker.profile_.files;
    return maker;
  }

  const Profile& profile() const { return profile_; }
  void set_name(const std::string& name, const std::string& title) {
    subject_->name = name;
    subject_->title = title;
  }

  Result<void> add(const std::string& type, Json config) {
    const KnownType* known = known_type(type);
    PluginUnderTest plugin;
    plugin.name = type;
    plugin.path = TRY(ProcessRunner().find(type, dirs_));
    TRY(refuse_hidden(plugin.path));
    plugin.versions = versions_of(type, dirs_);
    plugin.config = std::move(config);
    plugin.config["type"] = type;
    if (profile_.no_op)
      plugin.no_op = *profile_.no_op;
    else if (known != nullptr && !known->no_op.empty())
      plugin.no_op = Json::parse(known->no_op);
    for (const std::string& link : links_named_in(type, plugin.config)) subject_->links.push_back({link});
    if (const auto told = profile_.roles.find(type); told != profile_.roles.end())
      plugin.role = told->second;
    else
      plugin.role = known != nullptr ? known->role : TRY(find_role(plugin, *subject_));
    if (plugin.role == Role::ipam) plugin.config = as_a_caller_gives_it(std::move(plugin.config), type);
    subject_->plugins.push_back(std::move(plugin));
    return {};
  }

  // A chained plugin by itself needs an interface that somebody has made.
  void put_first_before_chained() {
    if (subject_->plugins.front().role == Role::chained)
      subject_->plugins.insert(subject_->plugins.begin(), kit_first_plugin());
  }

  Result<std::shared_ptr<const Subject>> end() {
    subject_->lacks = profile_.lacks.empty() ? TRY(lacking_here(*subject_)) : profile_.lacks;
    return std::shared_ptr<const Subject>(subject_);
  }

 private:
  std::vector<std::string> dirs_;  // without that of the kit's own plugins, which is there only during a check
  std::shared_ptr<Subject> subject_ = std::make_shared<Subject>();
  Profile profile_;
};

Result<Json> config_for(const std::string& type, const std::string& given, const Profile& profile) {
  if (!given.empty()) return parse_object(given, "configuration of plugin '" + type + "'");
  if (profile.config) return *profile.config;
  if (const KnownType* known = known_type(type)) return Json::parse(known->config);
  return Error{
      Kind::not_found, 0,
      "test plugin '" + type +
          "': the kit has no configuration for it. Give it one (--config FILE): the JSON object that stands in "
          "'plugins' of a network, as {\"type\": \"" +
          type + "\", \"ipam\": {…}}, without name and cniVersion"};
}

}  // namespace

bool PluginUnderTest::delegates() const {
  if (role != Role::interface) return false;
  const Json ipam = config.value("ipam", Json());
  return ipam.is_object() && ipam.contains("type") && ipam["type"].is_string() && ipam["type"] != "";
}

std::vector<Version> Subject::versions_up_to(std::size_t plugin) const {
  std::vector<Version> all(kKnownVersions.begin(), kKnownVersions.end());
  for (std::size_t i = 0; i <= plugin; ++i)
    std::erase_if(all, [&](const Version& version) {
      const std::vector<Version>& its = plugins.at(i).versions;
      return std::find(its.begin(), its.end(), version) == its.end();
    });
  return all;
}

Result<std::shared_ptr<const Subject>> subject_of_plugin(const std::string& type, const std::string& config,
                                                         const Options& options) {
  SubjectMaker maker = TRY(SubjectMaker::begin(options));
  maker.set_name("kit", type);
  TRY(maker.add(type, TRY(config_for(type, config, maker.profile()))));
  maker.put_first_before_chained();
  return maker.end();
}

Result<std::shared_ptr<const Subject>> subject_of_list(const std::string& list, const std::string& name,
                                                       const Options& options) {
  TRY(parse_network_list(list, name));  // says best what is wrong with it
  const Json json = TRY(parse_object(list, name));
  SubjectMaker maker = TRY(SubjectMaker::begin(options));
  maker.set_name(json.at("name").get<std::string>(), json.at("name").get<std::string>());
  for (const Json& plugin : json.at("plugins")) TRY(maker.add(plugin.at("type").get<std::string>(), plugin));
  maker.put_first_before_chained();
  return maker.end();
}

}  // namespace cni::kit
