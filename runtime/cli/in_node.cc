#include "runtime/cli/in_node.h"

#include <algorithm>

#include "runtime/cli/bad_input.h"
#include "runtime/node/enter.h"
#include "runtime/node/node_box.h"
#include "runtime/store/own_node.h"

namespace podrun::cli {

void add_node_option(Command& podrun, Context& context) {
  const Option::Set set = [&context](const std::string& name) -> Result<void> {
    if (name.empty()) return Error{Kind::invalid, 0, "the name of the node is empty"};
    context.flags.node = name;
    return {};
  };
  podrun.option("--node", set, "NODE", "Do it in this node (podrun node get)").offers([&context] {
    std::vector<Candidate> nodes;
    for (const std::string& name : names_of_nodes(context.store().layout())) nodes.push_back({name, ""});
    return nodes;
  });
}

Result<void> go_to_node(const Context& context, const std::vector<Command*>& chain) {
  const Layout layout = context.store().layout();
  // Who cannot tell where it is would make pods that outlive their node.
  const auto here = own_node(layout);
  if (!here && here.error().kind == Kind::corrupt) return here.error();
  const std::string& name = context.flags.node;
  if (name.empty()) return {};
  const auto is_of_nodes = [](const Command* command) { return command->name() == "node"; };
  if (std::any_of(chain.begin(), chain.end(), is_of_nodes))
    return bad_input("--node " + name + ": nodes are made and seen from the machine itself: leave it out");
  TRY(context.require_root("--node"));
  if (here && here->name == name) return {};  // what is run anew (own_program.h), or was typed there
  if (!TRY(enter_node(layout, name))) warn("the working directory is not in node " + name + "; going on in /");
  return {};
}

}  // namespace podrun::cli
