// podrun cni list: the networks there are, and what is wrong with the others.
#include <memory>
#include <nlohmann/json.hpp>

#include "runtime/cli/cni_commands.h"
#include "runtime/cli/cni_network_view.h"
#include "runtime/cli/exit_codes.h"
#include "runtime/cli/print.h"

namespace podrun::cli {
namespace {

// As a compiler tells it, for editors that jump to FILE:LINE:COLUMN.
int tell_problems(const std::vector<cni::Diagnostic>& problems) {
  for (const cni::Diagnostic& problem : problems) note(problem.to_text());
  return problems.empty() ? 0 : exit_code(Kind::invalid);
}

// What keeps a network from being attached: binaries that are missing, or too old for its version.
int tell_unusable(CniTool& tool, const std::vector<NetworkView>& views) {
  int code = 0;
  for (const NetworkView& view : views) {
    bool all_there = true;
    for (const std::string& warning : view.network->warnings) note(view.network->path + ": warning: " + warning);
    for (const PluginView& plugin : view.plugins) {
      if (!plugin.binary.empty()) continue;
      const auto missing = cni::ProcessRunner().find(plugin.type, tool.host.options.cni_bin_dirs);
      code = exit_code(Kind::not_found);
      all_there = false;
      if (!missing) note(view.network->path + ": " + missing.error().what);
    }
    if (!all_there) continue;
    if (const auto able = tool.invoker.validate(*view.network); !able) {
      code = exit_code(able.error().kind);
      note(view.network->path + ": " + able.error().what);
    }
  }
  return code;
}

Result<int> print_networks(Context& context, const std::string& format) {
  CniTool tool(context);
  const std::string& dir = tool.host.options.cni_conf_dir;
  const cni::Networks networks = TRY(cni::scan_networks(dir));
  const auto find = [&](const std::string& type) { return tool.runner.find(type, tool.host.options.cni_bin_dirs); };
  const std::vector<NetworkView> views = view_of(networks, find);
  if (is_document(format))
    print_document(context.out, format, network_json(dir, views, networks.problems));
  else if (!views.empty())
    context.out.print(network_table(views));
  else if (networks.problems.empty())
    note("No networks in " + dir + "; pods are given podrun's own, which `podrun cni default-config` prints");
  else
    note("No networks in " + dir + " that can be used; `podrun create` is refused until what is wrong there is mended");
  const int unusable = tell_unusable(tool, views);
  const int bad = tell_problems(networks.problems);
  return bad != 0 ? bad : unusable;
}

}  // namespace

void cni_list_command(Command& command, Context& context) {
  const auto format = std::make_shared<std::string>();
  add_output(command, *format, {"json", "yaml"});
  command.run([&context, format] { return print_networks(context, *format); });
}

}  // namespace podrun::cli
