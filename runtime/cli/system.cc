// podrun system: the group of commands about this machine as a whole.

#include "runtime/cli/commands.h"
#include "runtime/cli/system_commands.h"

namespace podrun::cli {
namespace {

constexpr CommandEntry kSystemCommands[] = {
    {"op", "Do one act for podrun-cri, which runs it", system_op_command},
    {"prune", "Remove what no pod and nobody else has: recover, then GC of every network", system_prune_command},
    {"tend", "Do what a pod needs next; a pod's shim runs it", system_tend_command},
};

}  // namespace

void system_command(Command& command, Context&) { command.group(kSystemCommands); }

}  // namespace podrun::cli
