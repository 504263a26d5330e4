// podrun volume: the directories that persistentVolumeClaims of pods name.
#include "runtime/cli/commands.h"
#include "runtime/cli/volume_commands.h"

namespace podrun::cli {
namespace {

constexpr CommandEntry kVolumeCommands[] = {
    {"inspect", "Print what is known of volumes, as JSON", volume_inspect_command},
    {"list", "List volumes, and the pods that have them", volume_list_command},
    {"rm", "Remove volumes and all that is in them", volume_rm_command},
};

}  // namespace

void volume_command(Command& command, Context&) { command.group(kVolumeCommands); }

}  // namespace podrun::cli
