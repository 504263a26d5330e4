// podrun recover: settle what crashes and reboots left.
#include <CLI/CLI.hpp>

#include "runtime/cli/commands.h"
#include "runtime/cli/pods.h"

namespace podrun::cli {
namespace {

Result<int> recover(Context& context) {
  TRY(context.require_root("recover"));
  Runtime runtime = context.runtime();
  Failures failures;
  const std::vector<Recovered> settled = TRY(runtime.recover());
  for (const Recovered& one : settled) {
    if (one.error) {
      failures.add(Error(*one.error).in(one.what));
    } else {
      context.out.print(one_line(one.what) + "\n");
    }
  }
  if (settled.empty()) note("Nothing to recover");
  return failures.exit_code();
}

}  // namespace

void add_recover(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("recover", "Remove what crashed commands and reboots left behind");
  command->callback([&context] { context.action = [&context] { return recover(context); }; });
}

}  // namespace podrun::cli
