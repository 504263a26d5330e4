// The Pod that the options of `podrun run` describe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/cli/env_option.h"
#include "runtime/cli/kube_json.h"

namespace podrun::cli {

struct RunOptions {
  std::string name;
  std::string name_space = "default";
  std::string image;
  std::optional<std::string> pull_policy;
  std::vector<std::string> words;  // the image's command replaced
  bool command = false;            // and its entrypoint too
  Variables env;
  std::vector<std::string> ports;   // "[[IP:]HOST:]CONTAINER[/PROTOCOL]"
  std::vector<std::string> labels;  // "KEY=VALUE"; none: run=NAME
  std::vector<std::string> annotations;  // the same
  std::optional<std::string> hostname;
  std::optional<std::string> working_dir;
  std::optional<std::string> user;  // "UID[:GID]"
  std::optional<bool> host_users;
  std::string restart = "Always";  // or as podman spells it: always, on-failure, no
  bool privileged = false;
  bool removed_at_end = false;
  bool has_stdin = false;
  bool stdin_once = false;
  bool terminal = false;
};

// With one container, called as the pod. What was typed arrives as it was typed: "$(NAME)", which a manifest would
// expand, is escaped. Kind::invalid names the option.
Result<Json> run_manifest(const RunOptions& options);

}  // namespace podrun::cli
