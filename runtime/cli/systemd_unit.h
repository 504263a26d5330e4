// The unit by which systemd makes pods at each start and deletes them at each end (systemd.service(5)).
#pragma once

#include <string>
#include <vector>

#include "runtime/kernel/types.h"

namespace podrun::cli {

struct PodUnit {
  std::string name;                      // "podrun-web.service"
  std::string manifests;                 // the directory that has them
  std::vector<std::string> program;      // podrun and its global options, with absolute paths
  std::vector<std::string> for_apply;    // options of `podrun apply`
  std::vector<std::string> needs_paths;  // to be mounted first
};

// Of the pod, or of the set of pods, that is called so. Its own for each namespace.
std::string unit_name(const std::string& name_space, const std::string& name);
std::string unit_path(const std::string& unit);       // /etc/systemd/system/UNIT
std::string manifests_path(const std::string& unit);  // /etc/podrun/pods/UNIT without .service

// Kind::invalid: a path with a character that no unit can have.
Result<std::string> unit_text(const PodUnit& unit);

}  // namespace podrun::cli
