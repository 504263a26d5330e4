// The commands, one file each. Every function adds its command to the parser; the command's callback sets
// context.action.
#pragma once

#include <string>
#include <vector>

#include "runtime/cli/context.h"

namespace podrun::cli {

void add_check(CLI::App& app, Context& context);
void add_cni(CLI::App& app, Context& context);
void add_create(CLI::App& app, Context& context);
void add_delete(CLI::App& app, Context& context);
void add_describe(CLI::App& app, Context& context);
// `command`: what stood after "--" on the command line.
void add_exec(CLI::App& app, Context& context, std::vector<std::string> command);
void add_get(CLI::App& app, Context& context);
void add_inspect(CLI::App& app, Context& context);
void add_logs(CLI::App& app, Context& context);
void add_recover(CLI::App& app, Context& context);
void add_system(CLI::App& app, Context& context);
void add_version(CLI::App& app, Context& context);

}  // namespace podrun::cli
