// podrun cni: fronts of cni-invoker's operations, one file each. Each function adds its command to the group.
#pragma once

#include <string>

#include "cni/invoker.h"
#include "runtime/cli/context.h"

namespace podrun::cli {

void add_cni_add(CLI::App& group, Context& context);
void add_cni_attachments(CLI::App& group, Context& context);
void add_cni_check(CLI::App& group, Context& context);
void add_cni_default_config(CLI::App& group, Context& context);
void add_cni_del(CLI::App& group, Context& context);
void add_cni_gc(CLI::App& group, Context& context);
void add_cni_list(CLI::App& group, Context& context);
void add_cni_status(CLI::App& group, Context& context);
void add_cni_version(CLI::App& group, Context& context);

// An invoker with podrun's own ledger, locks, cache and mark: what these commands attach, podrun knows.
class CniTool {
 public:
  explicit CniTool(const Context& context);

  // As for a pod: from the configured directory, or podrun's own default by its name.
  Result<cni::NetworkList> network(const std::string& name) const;

  Runtime runtime;
  cni::ProcessRunner runner;
  cni::Invoker invoker;
};

}  // namespace podrun::cli
