// podrun node delete: nodes go, with their pods.
#include <memory>

#include "base/interruption.h"
#include "runtime/cli/bad_input.h"
#include "runtime/cli/node_commands.h"
#include "runtime/cli/node_names.h"
#include "runtime/cli/own_program.h"
#include "runtime/cli/pods.h"
#include "runtime/cli/print.h"
#include "runtime/node/remove.h"

namespace podrun::cli {
namespace {

struct NodeDeleteCommandOptions {
  std::vector<std::string> words;
  bool all = false;
  bool force = false;
  bool ignore_not_found = false;
  std::optional<std::uint32_t> grace_period;
  std::string output;
};

DeleteOptions how_to_end_pods(const NodeDeleteCommandOptions& options) {
  DeleteOptions how;
  how.force = options.force;
  if (options.grace_period) how.grace_period = std::chrono::seconds(*options.grace_period);
  return how;
}

Result<int> delete_nodes(Context& context, const NodeDeleteCommandOptions& options) {
  TRY(context.require_root("node delete"));
  if (options.all != options.words.empty()) return bad_input("node delete: expected names of nodes, or --all");
  TRY(go_on_read_only());  // a preStop may enter a container of the host's users
  base::listen_for_interruption();
  const Host host = context.host();
  const auto names = options.all ? names_of_nodes(host.layout()) : node_names(options.words);
  Failures failures;
  for (const std::string& name : names) {
    TRY(base::check_interruption());
    const auto deleted = delete_node(host, name, how_to_end_pods(options));
    if (!deleted && deleted.error().kind == Kind::not_found && options.ignore_not_found) continue;
    if (!deleted)
      failures.add(Result<void>(deleted).in("delete node \"" + name + "\"").error());
    else
      context.out.print(options.output == "name"
                            ? "node/" + name + "\n"
                            : "node \"" + name + (options.force ? "\" force deleted\n" : "\" deleted\n"));
    static_cast<void>(context.out.flush());
  }
  if (names.empty()) note("No nodes found");
  return failures.exit_code();
}

}  // namespace

void node_delete_command(Command& command, Context& context) {
  const auto options = std::make_shared<NodeDeleteCommandOptions>();
  command.words(options->words, "NODE", "Names of nodes");
  command.flag("--all", options->all, "All nodes");
  command.flag("--force", options->force, "Go on where pods cannot be deleted in order, and plugins fail");
  command.option("--grace-period", options->grace_period, "SECONDS",
                 "From the stop signal of its pods to SIGKILL, else each pod's own; 0 kills at once");
  command.flag("--ignore-not-found", options->ignore_not_found, "A node that does not exist is no error");
  add_output(command, options->output, {"name"});
  command.run([&context, options] { return delete_nodes(context, *options); });
}

}  // namespace podrun::cli
