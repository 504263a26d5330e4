// podrun lab: one file a command, and what they share.
#pragma once

#include <string>
#include <vector>

#include "runtime/cli/command.h"
#include "runtime/cli/context.h"
#include "runtime/lab/lab.h"

namespace podrun::cli {

void lab_break_command(Command& command, Context& context);
void lab_check_command(Command& command, Context& context);
void lab_commands_command(Command& command, Context& context);
void lab_do_command(Command& command, Context& context);
void lab_list_command(Command& command, Context& context);
void lab_reset_command(Command& command, Context& context);
void lab_show_command(Command& command, Context& context);

// One that podrun brings, or a page of the caller's: a word with a slash in it, or that ends in ".md".
Result<Lab> find_lab(const std::string& word);
std::vector<Candidate> lab_names();

}  // namespace podrun::cli
