// podrun cni: fronts of cni-invoker's operations, one file each.
#pragma once

#include <string>

#include "cni/invoker.h"
#include "runtime/cli/command.h"
#include "runtime/cli/context.h"

namespace podrun::cli {

void cni_add_command(Command& command, Context& context);
void cni_attachments_command(Command& command, Context& context);
void cni_check_command(Command& command, Context& context);
void cni_debug_command(Command& command, Context& context);
void cni_default_config_command(Command& command, Context& context);
void cni_del_command(Command& command, Context& context);
void cni_forget_command(Command& command, Context& context);
void cni_gc_command(Command& command, Context& context);
void cni_list_command(Command& command, Context& context);
void cni_replay_command(Command& command, Context& context);
void cni_status_command(Command& command, Context& context);
void cni_test_command(Command& command, Context& context);
void cni_version_command(Command& command, Context& context);

// An invoker with podrun's own ledger, locks, cache and mark: what these commands attach, podrun knows.
class CniTool {
 public:
  explicit CniTool(const Context& context);
  explicit CniTool(Host host);

  // As for a pod: from the configured directory, or podrun's own default by its name.
  Result<cni::NetworkList> network(const std::string& name) const;

  Host host;
  cni::Runner& runner;
  cni::Invoker invoker;
};

}  // namespace podrun::cli
