// podrun cni: the group of commands, and what they share.
#include <CLI/CLI.hpp>

#include "runtime/cli/cni_commands.h"
#include "runtime/cli/commands.h"
#include "runtime/sandbox/choose_networks.h"
#include "runtime/sandbox/network.h"

namespace podrun::cli {

CniTool::CniTool(const Context& context)
    : runtime(context.runtime()),
      invoker(runner, invoker_options(runtime.options(), runtime.store().layout(), nullptr, nullptr)) {}

Result<cni::NetworkList> CniTool::network(const std::string& name) const {
  return choose_network(name, runtime.options().cni_conf_dir, runtime.options().warn);
}

void add_cni(CLI::App& app, Context& context) {
  CLI::App* group = app.add_subcommand("cni", "Run CNI plugins without a pod, and see what they are owed");
  group->require_subcommand(1);
  add_cni_list(*group, context);
  add_cni_add(*group, context);
  add_cni_check(*group, context);
  add_cni_del(*group, context);
  add_cni_gc(*group, context);
  add_cni_status(*group, context);
  add_cni_version(*group, context);
  add_cni_attachments(*group, context);
  add_cni_default_config(*group, context);
}

}  // namespace podrun::cli
