// The ephemeral container that the options of `podrun debug` describe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/cli/env_option.h"
#include "runtime/plan/ephemeral.h"

namespace podrun::cli {

// Which rights it has beside a container's own: kubectl's words, the first where none is said.
inline constexpr const char* kDebugProfiles[] = {"general", "legacy", "baseline", "restricted", "netadmin", "sysadmin"};

struct DebugManifestOptions {
  std::string name;
  std::string image;
  std::optional<std::string> pull_policy;
  std::string target;
  std::vector<std::string> words;
  bool words_are_args = false;  // of the image's entrypoint
  Variables env;
  std::string profile = kDebugProfiles[0];
  bool has_stdin = false;
  bool stdin_once = false;
  bool terminal = false;
};

struct DebugManifest {
  EphemeralSpec spec;
  std::vector<std::string> warnings;
};

// In the pod whose manifest that was, from which it has what is said there for all containers. Kind::invalid names the
// option.
Result<DebugManifest> debug_manifest(const DebugManifestOptions& options, const PodPlan& pod);

}  // namespace podrun::cli
