// Which pods a command is to do something with: those named, those of manifests, or all that selectors choose.
#pragma once

#include <string>
#include <vector>

#include "runtime/cli/command.h"
#include "runtime/cli/context.h"
#include "runtime/cli/pod_filter.h"

namespace podrun::cli {

struct PodChoice {
  std::vector<std::string> words;
  std::vector<std::string> files;
  std::string selector;
  std::string field_selector;
  bool all = false;
  bool all_namespaces = false;
};

void add_pod_choice(Command& command, PodChoice& choice);

// Those named and those of manifests need not exist. Kind::invalid where nothing or two things are asked for;
// `command` is its name, for that.
Result<std::vector<PodTarget>> choose_pods(const Context& context, const PodChoice& choice, const std::string& command);

// Those that manifests name, whether they are there or not.
Result<std::vector<PodTarget>> pods_of_files(const Context& context, const std::vector<std::string>& files);

}  // namespace podrun::cli
