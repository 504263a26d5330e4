// The commands, one file each.
#pragma once

#include "runtime/cli/command.h"
#include "runtime/cli/context.h"

namespace podrun::cli {

// podrun itself: the options that every command has, and the commands there are.
Command podrun_command(Context& context);

void apply_command(Command& command, Context& context);
void attach_command(Command& command, Context& context);
void check_command(Command& command, Context& context);
void cni_command(Command& command, Context& context);
void cp_command(Command& command, Context& context);
void create_command(Command& command, Context& context);
void debug_command(Command& command, Context& context);
void delete_command(Command& command, Context& context);
void describe_command(Command& command, Context& context);
void events_command(Command& command, Context& context);
void exec_command(Command& command, Context& context);
void explain_command(Command& command, Context& context);
void get_command(Command& command, Context& context);
void help_command(Command& command, Context& context);
void image_command(Command& command, Context& context);
void inspect_command(Command& command, Context& context);
void kill_command(Command& command, Context& context);
void lab_command(Command& command, Context& context);
void logs_command(Command& command, Context& context);
void node_command(Command& command, Context& context);
void port_forward_command(Command& command, Context& context);
void recover_command(Command& command, Context& context);
void restart_command(Command& command, Context& context);
void run_command(Command& command, Context& context);
void start_command(Command& command, Context& context);
void stop_command(Command& command, Context& context);
void system_command(Command& command, Context& context);
void systemd_command(Command& command, Context& context);
void top_command(Command& command, Context& context);
void update_command(Command& command, Context& context);
Result<int> version(Context& context, const std::string& format);
void version_command(Command& command, Context& context);
void volume_command(Command& command, Context& context);
void wait_command(Command& command, Context& context);

}  // namespace podrun::cli
