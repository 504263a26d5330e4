// podrun node add: a machine within the machine.
#include <memory>

#include "base/interruption.h"
#include "runtime/cli/link_options.h"
#include "runtime/cli/node_commands.h"
#include "runtime/cli/print.h"
#include "runtime/node/add.h"
#include "runtime/store/own_node.h"

namespace podrun::cli {
namespace {

struct NodeAddCommandOptions {
  std::vector<std::string> name;
  LinkQuality link;
  std::string output;
};

Result<int> add(Context& context, const NodeAddCommandOptions& options) {
  TRY(context.require_root("node add"));
  if (!TRY(own_node(context.store().layout())).name.empty())
    return Error{Kind::unsupported, 0, "node add: a node is made on the machine, not in a node"};
  base::listen_for_interruption();
  const std::string& name = options.name.front();
  TRY(add_node(context.host(), {.name = name, .link = options.link}).in("add node \"" + name + "\""));
  context.out.print("node/" + name + (options.output == "name" ? "\n" : " created\n"));
  return 0;
}

}  // namespace

void node_add_command(Command& command, Context& context) {
  const auto options = std::make_shared<NodeAddCommandOptions>();
  command.words(options->name, "NAME", "What it is to be called, as its hostname too", 1, 1);
  add_link_options(command, options->link);
  add_output(command, options->output, {"name"});
  command.run([&context, options] { return add(context, *options); });
}

}  // namespace podrun::cli
