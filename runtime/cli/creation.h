// What every command that makes a pod takes, and how it is made and shown.
#pragma once

#include <string>

#include "runtime/cli/command.h"
#include "runtime/cli/context.h"
#include "runtime/sandbox/create_pod.h"

namespace podrun::cli {

struct Creation {
  CreateOptions options;
  std::string output;
  std::string dry_run = "none";

  bool is_dry() const { return dry_run == "client"; }
};

void add_creation(Command& command, Creation& creation);

// As create_pod(), and shows how far a pull is.
Result<StoodUp> create_with_progress(Host& host, const PodSpec& spec, CreateOptions options);

// "pod/web unchanged", or the pod in the format that was asked for.
void show_pod(Context& context, const Creation& creation, const std::string& done, Pod pod);

// Ends as create_pod() does at a signal; prints at once what was made, or with a dry run would be. `done` says how.
Result<void> create_and_show(Context& context, Host& host, const PodSpec& spec, const Creation& creation,
                             const std::string& done = "created");

}  // namespace podrun::cli
