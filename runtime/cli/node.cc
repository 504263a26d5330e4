// podrun node: machines within the machine, with a network between them.
#include "runtime/cli/commands.h"
#include "runtime/cli/node_commands.h"

namespace podrun::cli {
namespace {

constexpr CommandEntry kNodeCommands[] = {
    {"add", "Make a node", node_add_command},
    {"delete", "End the pods of nodes, and remove the nodes", node_delete_command},
    {"exec", "Run a program of this machine in a node", node_exec_command},
    {"get", "List nodes, or show some of them", node_get_command},
};

}  // namespace

void node_command(Command& command, Context&) { command.group(kNodeCommands); }

}  // namespace podrun::cli
