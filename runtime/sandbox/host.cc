#include "runtime/sandbox/host.h"

#include <filesystem>

#include "base/joined.h"

namespace podrun {
namespace {

// "mine", "/mine/" and "//mine" are "/mine", below the root of the cgroups as they are mounted; the root itself is "".
std::string with_one_slash(const std::string& cgroup) {
  std::string path = std::filesystem::path("/" + cgroup).lexically_normal();
  while (path.ends_with('/') || path.starts_with("//")) path.erase(path.ends_with('/') ? path.size() - 1 : 0, 1);
  return path;
}

// Plugins run in "/", and records outlive the caller's working directory.
HostOptions with_absolute_paths(HostOptions options) {
  const auto absolute = [](std::string& path) { path = std::filesystem::absolute(path).lexically_normal(); };
  for (std::string* path : {&options.directories.state, &options.directories.data, &options.directories.netns,
                            &options.seccomp_dir, &options.cni_conf_dir})
    absolute(*path);
  for (std::string& path : options.cni_bin_dirs) absolute(path);
  options.cgroup_parent = with_one_slash(options.cgroup_parent);
  return options;
}

}  // namespace

std::vector<std::string> flags_of(const HostOptions& options) {
  std::vector<std::string> words;
  const auto add = [&](const char* option, const std::string& value) {
    if (!value.empty()) words.insert(words.end(), {option, value});
  };
  add("--state-dir", options.directories.state);
  add("--data-dir", options.directories.data);
  add("--netns-dir", options.directories.netns);
  add("--cgroup-parent", options.cgroup_parent);
  add("--allowed-unsafe-sysctls", base::joined(options.unsafe_sysctls, ","));
  add("--seccomp-dir", options.seccomp_dir);
  add("--cni-conf-dir", options.cni_conf_dir);
  add("--cni-bin-dir", base::joined(options.cni_bin_dirs, ":"));
  if (options.cni_timeout) add("--cni-timeout", std::to_string(options.cni_timeout->count()) + "ms");
  return words;
}

Host make_host(HostOptions options, Warn warn, PluginSays plugin_says) {
  options = with_absolute_paths(std::move(options));
  Store store{Layout(options.directories)};
  return {.options = std::move(options),
          .store = std::move(store),
          .warn = std::move(warn),
          .plugin_says = std::move(plugin_says),
          .runner = std::make_shared<cni::ProcessRunner>()};
}

}  // namespace podrun
