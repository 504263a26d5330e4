// What a command that does not exist may have meant: a typing mistake, or the word of another program.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "runtime/cli/command.h"

namespace podrun::cli {

// "; did you mean 'get'?", "; 'podrun get' lists pods"; empty where nothing is known. `path`: the command before it.
std::string hint_for_command(std::string_view path, std::string_view word, std::span<const CommandEntry> known);

// The same of an option as it was typed, "--name" or "-v", that the command `path` does not have; empty where nothing
// is known of it.
std::string hint_for_option(std::string_view path, std::string_view option);

}  // namespace podrun::cli
