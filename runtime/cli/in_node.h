// --node: a command that is done in a node, as if it had been typed there.
#pragma once

#include <vector>

#include "runtime/cli/command.h"
#include "runtime/cli/context.h"

namespace podrun::cli {

void add_node_option(Command& podrun, Context& context);

// Where --node was given: the process goes over into the node, before anything is done. Where it is in that node
// already, it stays. Kind::invalid for a command that is about nodes.
Result<void> go_to_node(const Context& context, const std::vector<Command*>& chain);

}  // namespace podrun::cli
