#include "runtime/cli/context.h"

#include <unistd.h>

#include <CLI/CLI.hpp>

#include "runtime/cli/time_text.h"

namespace podrun::cli {
namespace {

// CLI11's form: what is wrong, empty when nothing is.
std::string timeout_problem(const std::string& text) {
  const auto limit = parse_duration(text);
  if (!limit) return limit.error().what;
  return limit->count() > 0 ? "" : "expected more than nothing, such as 90s";
}

}  // namespace

void Context::add_flags(CLI::App& app) {
  app.add_option_function<std::string>(
         "-n,--namespace",
         [this](const std::string& name) {
           flags.name_space = name;
           flags.name_space_given = true;
         },
         "Namespace the pods are in (default)")
      ->type_name("NAME");
  const auto directory = [&app](const char* flag, std::string& value, const char* variable, const char* help) {
    app.add_option(flag, value, help)->envname(variable)->type_name("DIR")->capture_default_str()->group("Directories");
  };
  directory("--state-dir", flags.directories.state, "PODRUN_STATE_DIR", "What exists now; gone after a reboot");
  directory("--data-dir", flags.directories.data, "PODRUN_DATA_DIR", "Images, writable layers, logs, the CNI ledger");
  directory("--netns-dir", flags.directories.netns, "PODRUN_NETNS_DIR", "Where network namespaces are pinned");
  directory("--cni-conf-dir", flags.cni_conf_dir, "NETCONFPATH", "CNI network configurations");
  directory("--cni-bin-dir", flags.cni_bin_path, "CNI_PATH", "CNI plugins; several joined by colons");
  directory("--cgroup-parent", flags.cgroup_parent, "PODRUN_CGROUP_PARENT", "cgroup the pods' cgroups are made under");
  app.add_option_function<std::string>(
         "--cni-timeout",
         [this](const std::string& text) {
           flags.cni_timeout = std::chrono::ceil<std::chrono::milliseconds>(parse_duration(text).value_or({}));
         },
         "Limit of one CNI operation: an ADD of all plugins, a DEL …")
      ->envname("PODRUN_CNI_TIMEOUT")
      ->type_name("DURATION")
      ->check(timeout_problem, "", "");
}

Runtime Context::runtime() const {
  return Runtime({.directories = flags.directories,
                  .cgroup_parent = flags.cgroup_parent,
                  .cni_conf_dir = flags.cni_conf_dir,
                  .cni_bin_dirs = split_path(flags.cni_bin_path),
                  .cni_timeout = flags.cni_timeout,
                  .warn = [](const std::string& text) { warn(text); }});
}

Result<void> Context::require_root(const std::string& command) const {
  if (::geteuid() == 0) return {};
  return Error{Kind::denied, EPERM, command + ": must be run as root"};
}

std::vector<std::string> split_path(const std::string& path) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  while (begin <= path.size()) {
    const std::size_t end = std::min(path.find(':', begin), path.size());
    if (end > begin) parts.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

}  // namespace podrun::cli
