// podrun systemd: one file a command, and what they share.
#pragma once

#include <string>
#include <vector>

#include "runtime/cli/command.h"
#include "runtime/cli/context.h"

namespace podrun::cli {

void systemd_install_command(Command& command, Context& context);
void systemd_uninstall_command(Command& command, Context& context);

// Runs systemctl(1) to its end. Kind::unsupported where systemd is not what runs this machine.
Result<void> systemctl(const std::vector<std::string>& words);

}  // namespace podrun::cli
