// podrun systemd install: a unit whose start makes pods, and whose end deletes them.
#include <fcntl.h>
#include <stdio.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "base/files.h"
#include "base/interruption.h"
#include "base/joined.h"
#include "runtime/cli/manifest_file.h"
#include "runtime/cli/pods.h"
#include "runtime/cli/systemd_commands.h"
#include "runtime/cli/systemd_unit.h"
#include "runtime/cli/yaml_out.h"
#include "runtime/kernel/program.h"
#include "runtime/plan/pod.h"

namespace podrun::cli {
namespace {

struct SystemdInstallCommandOptions {
  std::vector<std::string> name;
  std::vector<std::string> files;
  std::vector<std::string> networks;
  bool now = false;
  std::string dry_run = "none";
};

// What a unit is to make.
struct Wanted {
  std::vector<ManifestText> texts;
  std::vector<std::string> networks;
  std::vector<std::string> paths;  // of the machine, that its pods need
};

// Directories of the machine that the pods are of, or have as volumes.
std::vector<std::string> paths_of(const std::vector<PodSpec>& pods) {
  std::set<std::string> paths;
  for (const PodSpec& pod : pods) {
    for (const VolumeSpec& volume : pod.volumes)
      if (const auto* host = std::get_if<HostPathSpec>(&volume.source)) paths.insert(host->path);
    for (const ContainerSpec& container : pod.containers)
      for (const std::string_view scheme : {"rootfs:", "oci:"})
        if (container.image.starts_with(scheme))
          paths.insert(container.image.substr(scheme.size(), container.image.find(':', scheme.size()) - scheme.size()));
  }
  return {paths.begin(), paths.end()};
}

// As it was asked for, without what a cluster or podrun has added since.
std::string manifest_of(const PodRecord& pod) {
  const Json asked = Json::parse(pod.plan.who.manifest, nullptr, false);
  Json metadata = {{"name", pod.plan.who.name}, {"namespace", pod.plan.who.name_space}};
  if (!pod.plan.who.labels.empty()) metadata["labels"] = pod.plan.who.labels;
  if (!pod.plan.who.annotations.empty()) metadata["annotations"] = pod.plan.who.annotations;
  return to_yaml(
      {{"apiVersion", "v1"}, {"kind", "Pod"}, {"metadata", metadata}, {"spec", asked.value("spec", Json())}});
}

// ConfigMaps and Secrets that stood beside its manifest are kept nowhere.
Result<Wanted> as_it_is(const Context& context, const std::string& name) {
  const PodRecord pod = TRY(find_pod(context, name)).record;
  Wanted wanted{.texts = {{manifest_of(pod), "pod " + name}}, .networks = pod.plan.networks, .paths = {}};
  const auto again = parse_manifests(wanted.texts, {.name_space = pod.plan.who.name_space, .name_suffix = nullptr});
  if (again && digest_of_given(again->pods.front()) == pod.plan.who.given) {
    wanted.paths = paths_of(again->pods);
    return wanted;
  }
  return Error{
      Kind::invalid, 0,
      "what stood beside its manifest, a ConfigMap or a Secret, is not kept with a pod: give the files with -f" +
          (again ? "" : " (" + again.error().what + ")")};
}

Result<Wanted> find_wanted(const Context& context, const SystemdInstallCommandOptions& options) {
  if (options.files.empty()) {
    Wanted wanted = TRY(as_it_is(context, options.name.front()));
    if (!options.networks.empty()) wanted.networks = options.networks;
    return wanted;
  }
  Wanted wanted{.texts = TRY(read_texts(options.files)), .networks = options.networks, .paths = {}};
  wanted.paths = paths_of(TRY(pods_of(context, wanted.texts, false)));
  return wanted;
}

Result<PodUnit> plan_unit(const Context& context, const std::string& name, const Wanted& wanted) {
  const Host host = context.host();
  PodUnit unit;
  unit.name = unit_name(context.flags.name_space, name);
  unit.manifests = manifests_path(unit.name);
  unit.program = {TRY(own_path())};
  for (std::string& word : flags_of(host.options)) unit.program.push_back(std::move(word));
  if (context.flags.name_space_given)
    unit.program.insert(unit.program.end(), {"--namespace", context.flags.name_space});
  if (!wanted.networks.empty()) unit.for_apply = {"--network", base::joined(wanted.networks, ",")};
  unit.needs_paths = {host.options.directories.data, unit.program.front()};
  unit.needs_paths.insert(unit.needs_paths.end(), wanted.paths.begin(), wanted.paths.end());
  return unit;
}

std::set<std::string> names_in(const Context& context, const std::vector<ManifestText>& texts) {
  std::set<std::string> names;
  for (const PodName& pod : find_pod_names(texts, manifest_options(context)).value_or({}))
    names.insert(pod.name_space + "/" + pod.name);
  return names;
}

// Of a unit that was there before: what it makes no more it deletes no more.
void tell_left_out(const Context& context, const std::string& directory, const std::vector<ManifestText>& texts) {
  const auto before = base::path_exists(directory) ? read_texts({directory}) : std::vector<ManifestText>();
  if (!before) return;
  const std::set<std::string> now = names_in(context, texts);
  for (const std::string& name : names_in(context, *before))
    if (!now.contains(name)) warn("pod '" + name + "' is none of the unit's any more; podrun delete ends it");
}

// Secrets may be among them. Numbered, as their order counts. All of them or, for who is killed, those before.
Result<void> keep_manifests(const std::string& place, const std::vector<ManifestText>& texts) {
  const std::string directory = place + ".new";
  TRY(base::remove_tree(directory));
  TRY(base::make_exact_dir(directory, 0700));
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::string number = std::to_string(1000 + i).substr(1);
    TRY(base::write_file_durably(directory + "/" + number + ".yaml", texts[i].text));
  }
  if (::renameat2(AT_FDCWD, directory.c_str(), AT_FDCWD, place.c_str(), RENAME_EXCHANGE) == 0)
    return base::remove_tree(directory);
  if (errno != ENOENT || ::rename(directory.c_str(), place.c_str()) != 0)
    return Error::system(errno, "keep the manifests in '" + place + "'");
  return {};
}

Result<int> install(Context& context, const SystemdInstallCommandOptions& options) {
  TRY(context.require_root("systemd install"));
  const std::string& name = options.name.front();
  if (const std::string why = why_bad_subdomain(name); !why.empty())
    return Error{Kind::invalid, 0, "install '" + name + "': " + why};
  const Wanted wanted = TRY(find_wanted(context, options).in("install '" + name + "'"));
  const PodUnit unit = TRY(plan_unit(context, name, wanted));
  const std::string text = TRY(unit_text(unit));
  if (options.dry_run == "client") {
    context.out.print(text);
    return 0;
  }
  base::listen_for_interruption();
  TRY(systemctl({"--version"}));  // before anything is written
  tell_left_out(context, unit.manifests, wanted.texts);
  TRY(keep_manifests(unit.manifests, wanted.texts));
  TRY(base::write_file_durably(unit_path(unit.name), text, 0644));
  TRY(systemctl({"daemon-reload"}));
  TRY(systemctl({"enable", unit.name}));
  if (options.now) TRY(systemctl({"start", unit.name}).in("see journalctl -u " + unit.name));
  context.out.print(unit.name + " installed\n");
  return 0;
}

}  // namespace

void systemd_install_command(Command& command, Context& context) {
  const auto options = std::make_shared<SystemdInstallCommandOptions>();
  command.words(options->name, "NAME", "A pod that is there, or with -f what the unit is called", 1, 1);
  add_manifests(command, options->files);
  command
      .option("--network", options->networks, "NAME[@INTERFACE],...",
              "CNI networks by name, or none; else those of the pod that is there, or the first configured")
      .split_at_commas();
  command.flag("--now", options->now, "Start it at once, too");
  command.option("--dry-run", options->dry_run, "none|client", "client: print the unit, and change nothing")
      .one_of({"none", "client"});
  command.run([&context, options] { return install(context, *options); });
}

}  // namespace podrun::cli
