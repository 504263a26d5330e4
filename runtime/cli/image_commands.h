// podrun image: one file a command.
#pragma once

#include <functional>

#include "runtime/cli/command.h"
#include "runtime/cli/context.h"

namespace podrun::cli {

void image_import_command(Command& command, Context& context);
void image_inspect_command(Command& command, Context& context);
void image_list_command(Command& command, Context& context);
void image_prune_command(Command& command, Context& context);
void image_pull_command(Command& command, Context& context);
void image_rm_command(Command& command, Context& context);

// For removals: tells that others are at work.
void tell_of_waiting();

std::string size_text(std::uint64_t bytes);  // "12.3 MB", as docker counts

}  // namespace podrun::cli
