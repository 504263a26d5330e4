#include "runtime/cli/context.h"

#include <unistd.h>

#include <utility>

#include "base/split_path.h"
#include "cni/record.h"
#include "runtime/cli/command.h"
#include "runtime/cli/in_node.h"
#include "runtime/cli/record_option.h"
#include "runtime/cli/time_text.h"
#include "runtime/store/own_node.h"

namespace podrun::cli {
namespace {

Result<void> take_cni_timeout(std::optional<std::chrono::milliseconds>& value, const std::string& text) {
  const auto limit = TRY(parse_duration(text));
  if (limit.count() == 0) return Error{Kind::invalid, 0, "expected more than nothing, such as 90s"};
  value = std::chrono::ceil<std::chrono::milliseconds>(limit);
  return {};
}

void say_of_plugin(const std::string& plugin, const std::string& line) { say("plugin " + plugin + ": " + line); }

}  // namespace

void Context::add_flags(Command& podrun) {
  const Option::Set take_namespace = [this](const std::string& name) -> Result<void> {
    if (name.empty()) return {};  // as if it were not there, as for kubectl
    flags.name_space = name;
    flags.name_space_given = true;
    return {};
  };
  podrun.option("-n,--namespace", take_namespace, "NAME", "Namespace the pods are in").shows(flags.name_space);
  add_node_option(podrun, *this);
  const auto directory = [&podrun](const char* names, std::string& value, const char* variable, const char* help) {
    podrun.option(names, value, "DIR", help).from(variable).shows(value);
  };
  directory("--state-dir", flags.directories.state, "PODRUN_STATE_DIR", "What exists now; gone after a reboot");
  directory("--data-dir", flags.directories.data, "PODRUN_DATA_DIR", "Images, writable layers, logs, the CNI ledger");
  directory("--netns-dir", flags.directories.netns, "PODRUN_NETNS_DIR", "Where network namespaces are pinned");
  directory("--cni-conf-dir", flags.cni_conf_dir, "NETCONFPATH", "CNI network configurations");
  directory("--cni-bin-dir", flags.cni_bin_path, "CNI_PATH", "CNI plugins; several joined by colons");
  directory("--seccomp-dir", flags.seccomp_dir, "PODRUN_SECCOMP_DIR", "Seccomp profiles that pods may name");
  directory("--cgroup-parent", flags.cgroup_parent, "PODRUN_CGROUP_PARENT", "cgroup the pods' cgroups are made under");
  const Option::Set unsafe_sysctl = [this](const std::string& name) -> Result<void> {
    if (!name.empty()) flags.unsafe_sysctls.push_back(name);
    return {};
  };
  podrun
      .option("--allowed-unsafe-sysctls", unsafe_sysctl, "NAME,...",
              "Sysctls that pods may set beside the safe ones; * at the end of one is any")
      .from("PODRUN_ALLOWED_UNSAFE_SYSCTLS")
      .split_at_commas();
  const Option::Set timeout = [this](const std::string& text) { return take_cni_timeout(flags.cni_timeout, text); };
  podrun.option("--cni-timeout", timeout, "DURATION", "Limit of one CNI operation: an ADD of all plugins, a DEL")
      .from("PODRUN_CNI_TIMEOUT");
  podrun.flag("--verbose", flags.verbose, "Show what CNI plugins print on stderr, while they run");
  podrun.flag("--version", flags.version, "Print the version");
}

Host Context::host(Warn warn, PluginSays plugin_says) const {
  if (!plugin_says && flags.verbose) plugin_says = say_of_plugin;
  const OwnNode node = own_node(Layout(flags.directories)).value_or({});
  Host host = make_host({.directories = flags.directories,
                         .cgroup_parent = node.name.empty() ? flags.cgroup_parent : node.cgroup,
                         .unsafe_sysctls = flags.unsafe_sysctls,
                         .seccomp_dir = flags.seccomp_dir,
                         .cni_conf_dir = flags.cni_conf_dir,
                         .cni_bin_dirs = base::split_path(flags.cni_bin_path),
                         .cni_timeout = flags.cni_timeout},
                        std::move(warn), std::move(plugin_says));
  if (!flags.record_dir.empty())
    host.runner = std::make_shared<cni::kit::Recorder>(
        host.runner,
        cni::kit::RecorderOptions{
            .dir = flags.record_dir, .helper = delegate_helper(), .digest = program_digest, .warn = host.warn});
  return host;
}

Result<void> Context::require_root(const std::string& command) const {
  if (::geteuid() == 0) return {};
  return Error{Kind::denied, EPERM, command + ": must be run as root"};
}

}  // namespace podrun::cli
