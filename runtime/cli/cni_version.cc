// podrun cni version: what each plugin implements.
#include <memory>
#include <set>

#include "base/joined.h"
#include "runtime/cli/cni_commands.h"
#include "runtime/cli/cni_plugins.h"
#include "runtime/cli/pods.h"
#include "runtime/cli/table.h"

namespace podrun::cli {
namespace {

Result<int> version(Context& context, const std::vector<std::string>& names) {
  CniTool tool(context);
  const std::vector<std::string>& dirs = tool.host.options.cni_bin_dirs;
  const std::set<std::string> plugins = names.empty() ? installed_plugins(dirs) : std::set(names.begin(), names.end());
  std::vector<Row> rows{{"PLUGIN", "BINARY", "VERSIONS"}};
  Failures failures;
  for (const std::string& plugin : plugins) {
    const auto path = tool.runner.find(plugin, dirs);
    const auto versions = path ? tool.invoker.version(plugin) : Result<cni::PluginVersions>(path.error());
    if (versions)
      rows.push_back({plugin, *path, base::joined(versions->supported, " ")});
    else
      failures.add(versions.error());
  }
  if (rows.size() > 1) context.out.print(table(rows));
  if (plugins.empty()) note("No plugins in " + context.flags.cni_bin_path);
  return failures.exit_code();
}

}  // namespace

void cni_version_command(Command& command, Context& context) {
  const auto words = std::make_shared<std::vector<std::string>>();
  command.words(*words, "PLUGIN", "Name of a plugin; none: every one installed", 0, 1);
  command.run([&context, words] { return version(context, *words); });
}

}  // namespace podrun::cli
