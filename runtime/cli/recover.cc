// podrun recover: settle what crashes and reboots left.
#include <CLI/CLI.hpp>

#include "base/interruption.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/recovered.h"

namespace podrun::cli {
namespace {

Result<int> recover(Context& context) {
  TRY(context.require_root("recover"));
  const base::InterruptionScope listening;
  Runtime runtime = context.runtime();
  const std::vector<Recovered> settled = TRY(runtime.recover());
  if (settled.empty()) note("Nothing to recover");
  return tell(context, settled);
}

}  // namespace

void add_recover(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("recover", "Remove what crashed commands and reboots left behind");
  command->callback([&context] { context.action = [&context] { return recover(context); }; });
}

}  // namespace podrun::cli
