// podrun node exec: a program of the machine's in a node. podrun becomes that program: its terminal, its signals and
// its exit status are nobody else's.
#include <signal.h>
#include <unistd.h>

#include <memory>

#include "runtime/cli/bad_input.h"
#include "runtime/cli/node_commands.h"
#include "runtime/node/enter.h"

namespace podrun::cli {
namespace {

struct NodeExecCommandOptions {
  std::vector<std::string> node;
  std::vector<std::string> command;
};

Result<int> become(const NodeExecCommandOptions& options) {
  std::vector<char*> args;
  for (const std::string& word : options.command) args.push_back(const_cast<char*>(word.c_str()));
  args.push_back(nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  ::execvp(args.front(), args.data());
  const Error failed = Error::system(errno, "run '" + options.command.front() + "' in node " + options.node.front());
  say(failed.what);
  return failed.error_number == ENOENT ? 127 : 126;  // as shells do
}

Result<int> exec(Context& context, const NodeExecCommandOptions& options) {
  if (options.command.empty())
    return bad_input("node exec: no command; it goes behind the node: podrun node exec NODE -- COMMAND ARGUMENT...");
  TRY(context.require_root("node exec"));
  const Layout layout = context.store().layout();
  const std::string& name = options.node.front();
  if (!TRY(enter_node(layout, name))) warn("the working directory is not in node " + name + "; going on in /");
  return become(options);
}

}  // namespace

void node_exec_command(Command& command, Context& context) {
  const auto options = std::make_shared<NodeExecCommandOptions>();
  command.words(options->node, "NODE", "Name of the node", 1, 1);
  command.rest(options->command, "COMMAND ARGUMENT...",
               [](const std::vector<std::string>& words) { return words.size() == 1; });
  command.run([&context, options] { return exec(context, *options); });
}

}  // namespace podrun::cli
